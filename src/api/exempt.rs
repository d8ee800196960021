//! What `NO_PROXY` exempts.

use std::net::IpAddr;

/// Whether a list like `.acme.com, 10.0.0.0/8, localhost:8443` has this host. An entry is a name, which stands for its
/// subdomains as well, be there a dot or a `*.` in front of it or not; an address or a range of them; or `*` for all. With
/// a port it is only for that one. Commas and blanks separate.
pub(super) fn is_exempt(list: &str, host: &str, port: u16) -> bool {
    let entries = list.split(|sign: char| sign == ',' || sign.is_whitespace()).filter(|entry| !entry.is_empty());
    let host = bare(host);
    let address = host.parse::<IpAddr>().ok();
    entries.into_iter().any(|entry| {
        let (name, only) = split(entry);
        let same = match address {
            Some(address) => has(name, address),
            None => names(name, host),
        };
        (name == "*" || same) && only.is_none_or(|only| only == port)
    })
}

/// Takes a port off an entry, where it has one. The colons of an address of version 6 are none.
fn split(entry: &str) -> (&str, Option<u16>) {
    let bracketed = entry.starts_with('[');
    match entry.rsplit_once(':') {
        Some((name, port)) if bracketed == name.ends_with(']') && (bracketed || !name.contains(':')) => {
            port.parse().map_or((entry, None), |port| (name, Some(port)))
        }
        _ => (entry, None),
    }
}

/// An address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether an entry names this host, or a domain that it is in.
fn names(entry: &str, host: &str) -> bool {
    let entry = entry.strip_prefix('*').unwrap_or(entry);
    let (entry, host) = (entry.trim_matches('.').to_ascii_lowercase(), host.trim_end_matches('.').to_ascii_lowercase());
    !entry.is_empty() && host.strip_suffix(&entry).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether an entry is this address, or a range that it is in.
fn has(entry: &str, address: IpAddr) -> bool {
    let (network, bits) = entry.split_once('/').map_or((entry, None), |(network, bits)| (network, Some(bits)));
    let Ok(network) = bare(network).parse::<IpAddr>() else { return false };
    let Some(bits) = bits else { return network == address };
    let Ok(bits) = bits.parse::<u32>() else { return false };
    let (network, address, width) = match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => (u128::from(network.to_bits()), address.to_bits().into(), 32),
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    // A shift by all bits is none that there is.
    bits <= width && (network ^ address).checked_shr(width - bits).unwrap_or_default() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_exempt_by_its_name_its_domain_or_its_address() {
        let api = "api.instantly.ai";
        for (list, host, port, exempt) in [
            ("api.instantly.ai", api, 443, true),
            ("API.Instantly.AI", api, 443, true),
            ("api.instantly.ai.", api, 443, true),
            ("instantly.ai", api, 443, true),
            (".instantly.ai", api, 443, true),
            ("*.instantly.ai", api, 443, true),
            (".instantly.ai", "instantly.ai", 443, true),
            ("stantly.ai", api, 443, false),
            ("other.example", api, 443, false),
            ("x.api.instantly.ai", api, 443, false),
            ("*", api, 443, true),
            ("other.example,*", api, 443, true),
            ("other.example, instantly.ai", api, 443, true),
            ("other.example instantly.ai", api, 443, true),
            (" , ", api, 443, false),
            (".", api, 443, false),
            ("*.", api, 443, false),
            ("instantly.ai:443", api, 443, true),
            ("instantly.ai:8443", api, 443, false),
            ("*:8443", api, 8443, true),
            ("instantly.ai:x", api, 443, false),
            ("10.0.0.0/8", api, 443, false),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.0.0.0/8:443", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "11.1.2.3", 443, false),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.1.2.3:9", "10.1.2.3", 443, false),
            ("0.0.0.0/0", "10.1.2.3", 443, true),
            ("10.1.2.3/32", "10.1.2.3", 443, true),
            ("10.1.2.2/32", "10.1.2.3", 443, false),
            ("10.1.2.3/33", "10.1.2.3", 443, false),
            ("1.2.3", "10.1.2.3", 443, false),
            ("*", "10.1.2.3", 443, true),
            ("2001:db8::/32", "[2001:db8::1]", 443, true),
            ("2001:db8::1", "[2001:db8::1]", 443, true),
            ("[2001:db8::1]:443", "[2001:db8::1]", 443, true),
            ("[2001:db8::1]:444", "[2001:db8::1]", 443, false),
            ("::/0", "[2001:db8::1]", 443, true),
            ("::/0", "10.1.2.3", 443, false),
        ] {
            assert_eq!(is_exempt(list, host, port), exempt, "{list:?} {host} {port}");
        }
    }
}
