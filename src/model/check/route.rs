//! The way to the service: the proxy, the name, the connection, and the way through the proxy.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::{Check, Name, millis, quick};
use crate::exit::Outcome;

/// Whose name is resolved and to whom is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The variable that names it, where it is a proxy.
    pub proxy: Option<&'static str>,
    /// Whether it is on this machine, as far as its name tells.
    pub here: bool,
}

/// The proxy that the environment names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Its URL and variable, without its password.
    pub shown: String,
    /// Whether there are a user name and a password.
    pub login: bool,
    /// Whether it is used for the API's host, or `NO_PROXY` exempts that.
    pub used: bool,
    /// `NO_PROXY`.
    pub exempt: Option<String>,
}

/// Judges the proxy. `far` is whether the API is not on this machine.
#[must_use]
pub fn proxy(proxy: Option<&Proxy>, far: bool) -> Check {
    let check = match proxy {
        _ if !far => Check::ok(Name::Proxy, "none: what is on this machine is reached without one"),
        None => Check::ok(Name::Proxy, "none: neither HTTPS_PROXY nor ALL_PROXY is set"),
        Some(Proxy { shown, used: false, .. }) => {
            Check::ok(Name::Proxy, format!("none for this host: NO_PROXY exempts it from {shown}"))
        }
        Some(Proxy { shown, login, .. }) => {
            let login = if *login { ", with a user name or password" } else { "" };
            Check::ok(Name::Proxy, format!("{shown}{login}"))
        }
    };
    let check = check.fact_if("proxy", proxy.map(|proxy| proxy.shown.clone()));
    let check = check.fact("used", proxy.is_some_and(|proxy| proxy.used && far));
    check.fact_if("no_proxy", proxy.and_then(|proxy| proxy.exempt.clone()))
}

/// Judges how the name was resolved.
#[must_use]
pub fn dns(peer: &Peer, found: &Result<Vec<IpAddr>, String>, took: Duration) -> Check {
    let host = &peer.host;
    let whose = peer.proxy.map(|_| ", the proxy; what the API's own is, the proxy finds out").unwrap_or_default();
    match found {
        Ok(addresses) => {
            let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let detail = match list.as_slice() {
                [one] if one.as_str() == host.trim_matches(['[', ']']) => format!("{host} is an address{whose}"),
                _ => format!("{host} is {}{whose}", list.join(", ")),
            };
            Check::ok(Name::Dns, detail)
                .fact("host", host.as_str())
                .fact("addresses", list)
                .fact("milliseconds", millis(took))
        }
        Err(why) => {
            let check = Check::failed(Name::Dns, Outcome::Network, format!("the name {host} does not resolve ({why})"));
            let check = check.fact("host", host.as_str());
            match peer.proxy {
                Some(variable) => check
                    .mend(format!("It is the proxy's, as {variable} names it: check the spelling, and the VPN it may need.")),
                None => check
                    .mend("Check the network connection, the DNS server, and the spelling of the base URL.")
                    .mend("If this network lets nobody out directly, set HTTPS_PROXY to its proxy: that resolves names itself."),
            }
        }
    }
}

/// An attempt to connect: to where, and how long it took or why it failed.
pub type Attempt = (SocketAddr, Result<Duration, Trouble>);

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody listens there.
    Refused,
    /// No answer in this time.
    Silent(Duration),
    /// Something else, in the system's words.
    Other(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused => f.write_str("refused: nobody listens there"),
            Self::Silent(limit) => write!(f, "no answer within {limit:.1?}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// Judges the attempts to connect, of which the last may have succeeded.
#[must_use]
pub fn tcp(peer: &Peer, attempts: &[Attempt]) -> Check {
    let (host, port) = (&peer.host, peer.port);
    let named = format!("{host}:{port}");
    let told = |(address, result): &Attempt| match result {
        Ok(_) => None,
        Err(trouble) if address.to_string() == named => Some(trouble.to_string()),
        Err(trouble) => Some(format!("{address}: {trouble}")),
    };
    let failed: Vec<String> = attempts.iter().filter_map(told).collect();
    if let Some((address, Ok(took))) = attempts.last() {
        let after = if failed.is_empty() { String::new() } else { format!(", not before {}", failed.join(", ")) };
        let whose = if peer.proxy.is_some() { "to the proxy at" } else { "to" };
        return Check::ok(Name::Tcp, format!("connected {whose} {address} in {}{after}", quick(*took)))
            .fact("address", address.to_string())
            .fact("milliseconds", millis(*took));
    }
    let check = Check::failed(Name::Tcp, Outcome::Network, format!("no connection to {named} ({})", failed.join("; ")));
    let silent = attempts.iter().any(|(_, result)| matches!(result, Err(Trouble::Silent(_))));
    match (peer.proxy, silent) {
        (Some(variable), _) => check
            .mend(format!("It is the proxy: check its address in {variable}, and the network or VPN that it is in."))
            .mend("If there is no proxy here, unset it, or exempt the host with NO_PROXY."),
        (None, false) if peer.here => {
            check.mend("It is on this machine: start it (instantly-oauth sandbox), or give another --base-url.")
        }
        (None, true) => check
            .mend("A firewall may swallow it: allow this host and port, or set HTTPS_PROXY to this network's proxy.")
            .mend("Where the network is only slow, give it longer: --request-timeout 60s."),
        (None, false) => {
            check.mend("Check the base URL, the firewall, and whether this network needs a proxy (HTTPS_PROXY).")
        }
    }
}

/// What became of the request to be let through a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// It leads through.
    Open(Duration),
    /// The proxy said no, with this status and these words.
    Refused(u16, String),
    /// There was no answer that a proxy gives.
    Broken(String),
    /// It is of a kind that only the request itself goes through.
    Untried,
}

/// Judges the way through a proxy to this host and port.
#[must_use]
pub fn tunnel(proxy: &Proxy, to: &str, result: &Tunnel) -> Check {
    let failed = |detail: String| Check::failed(Name::Tunnel, Outcome::Network, detail);
    let shown = &proxy.shown;
    match result {
        Tunnel::Open(took) => Check::ok(Name::Tunnel, format!("the proxy leads through to {to}, in {}", quick(*took))),
        Tunnel::Untried => Check::ok(Name::Tunnel, "a SOCKS proxy, tried by the request below"),
        Tunnel::Refused(407, words) => {
            let what = if proxy.login { "refuses its user name or password" } else { "wants a user name and password" };
            failed(format!("the proxy {what} (HTTP 407{words})"))
                .mend("Write them into the proxy's URL: http://user:password@proxy.example:3128, with %40 for an @ in them.")
                .mend(format!("The proxy is {shown}."))
                .fact("status", 407_u64)
        }
        Tunnel::Refused(status, words) => {
            failed(format!("the proxy does not lead through to {to} (HTTP {status}{words})"))
                .mend(format!("Have whoever runs the proxy allow {to}, or exempt the host with NO_PROXY."))
                .mend(format!("The proxy is {shown}."))
                .fact("status", u64::from(*status))
        }
        Tunnel::Broken(why) => failed(format!("the proxy does not answer as a proxy does ({why})"))
            .mend(format!("Check its scheme, address and port: {shown}. Its authority can be trusted with --ca-cert.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    const FAILED: State = State::Failed(Outcome::Network);

    fn peer(proxy: Option<&'static str>, here: bool) -> Peer {
        Peer { host: "far.example".into(), port: 443, proxy, here }
    }

    #[track_caller]
    fn holds(check: &Check, state: State, says: &str, mends: &str) {
        assert_eq!(check.state, state, "{check:?}");
        assert!(check.detail.contains(says), "{says}: {check:?}");
        assert!(check.remedy.join(" ").contains(mends), "{mends}: {check:?}");
        assert_eq!(check.remedy.is_empty(), state == State::Ok, "{check:?}");
    }

    #[test]
    fn each_step_says_where_it_stopped_and_what_to_set() {
        let took = Duration::from_millis(3);
        let address: SocketAddr = "192.0.2.7:443".parse().unwrap();
        let lost = || Err("no such name".to_owned());
        holds(&dns(&peer(None, false), &lost(), took), FAILED, "far.example does not resolve", "HTTPS_PROXY");
        holds(
            &dns(&peer(Some("ALL_PROXY"), false), &lost(), took),
            FAILED,
            "does not resolve",
            "as ALL_PROXY names it",
        );
        holds(&dns(&peer(None, false), &Ok(vec![address.ip()]), took), State::Ok, "far.example is 192.0.2.7", "");
        let silent = || [(address, Err(Trouble::Silent(took)))];
        let refused = || [(address, Err(Trouble::Refused))];
        holds(&tcp(&peer(None, false), &silent()), FAILED, "192.0.2.7:443: no answer within 3.0ms", "firewall");
        holds(&tcp(&peer(None, false), &refused()), FAILED, "nobody listens", "Check the base URL");
        holds(&tcp(&peer(None, true), &refused()), FAILED, "nobody listens", "instantly-oauth sandbox");
        holds(&tcp(&peer(Some("HTTPS_PROXY"), false), &refused()), FAILED, "nobody listens", "in HTTPS_PROXY");
        let second = [(address, Err(Trouble::Refused)), (address, Ok(took))];
        holds(&tcp(&peer(None, false), &second), State::Ok, "in 3 ms, not before 192.0.2.7:443: refused", "");
    }

    #[test]
    fn a_proxy_is_told_with_what_it_says() {
        let of =
            |login, used| Proxy { shown: "http://p:1 (HTTPS_PROXY)".into(), login, used, exempt: Some("x".into()) };
        holds(&proxy(None, true), State::Ok, "neither HTTPS_PROXY nor", "");
        holds(&proxy(None, false), State::Ok, "what is on this machine", "");
        holds(&proxy(Some(&of(true, true)), true), State::Ok, "http://p:1 (HTTPS_PROXY), with a user name", "");
        holds(&proxy(Some(&of(true, false)), true), State::Ok, "NO_PROXY exempts it from http://p:1", "");
        let refused = |status| Tunnel::Refused(status, ": no".into());
        let through = |login, result: &Tunnel| tunnel(&of(login, true), "far.example:443", result);
        holds(
            &through(false, &refused(407)),
            FAILED,
            "wants a user name and password (HTTP 407: no)",
            "user:password@",
        );
        holds(&through(true, &refused(407)), FAILED, "refuses its user name or password", "user:password@");
        holds(&through(true, &refused(403)), FAILED, "does not lead through to far.example:443", "NO_PROXY");
        holds(&through(true, &Tunnel::Broken("noise".into())), FAILED, "(noise)", "http://p:1 (HTTPS_PROXY)");
        holds(&through(true, &Tunnel::Open(Duration::ZERO)), State::Ok, "leads through", "");
    }
}
