//! The URL that a person opens: what may be opened and printed, and what deserves a warning.
//!
//! Its `state` is signed, and any edit breaks the callback, so a parsed copy is judged and the original is kept.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::provider::Provider;

/// A URL that is safe to print and to open, byte for byte as the API gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthUrl {
    text: String,
    host: String,
    /// Whether it leads to this machine and the API is on it too.
    local: bool,
}

/// The longest URL that is accepted, in bytes: browsers and command lines take no more with any certainty.
const LONGEST_URL: usize = 16 * 1024;

impl AuthUrl {
    /// Checks a URL that came from the API. `loopback_base` says whether the API itself is on this machine: only
    /// then is plain http to this machine accepted. The error says what is wrong, without repeating the URL.
    pub fn check(text: &str, loopback_base: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.len() > LONGEST_URL {
            return Err(format!("it is longer than {LONGEST_URL} bytes"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it has a space, a control byte or a character outside ASCII".into());
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Err("it is not an absolute URL".into()) };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // Parsers that matter skip further slashes, and find a host where none is seen here.
        if authority.is_empty() {
            return Err("it has no host".into());
        }
        if authority.contains('@') {
            return Err("it has a user name or password in it".into());
        }
        // A browser reads a backslash as a slash, other parsers do not: the two would see different hosts.
        if authority.contains('\\') {
            return Err("it has a backslash in its host".into());
        }
        let parsed = Url::parse(text).map_err(|error| format!("it is not a URL: {error}"))?;
        let host = parsed.host().ok_or("it has no host")?;
        let loopback = is_loopback(&host);
        let fine =
            scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && loopback && loopback_base);
        if !fine {
            return Err(format!("its scheme is {}, not https", scheme.to_ascii_lowercase()));
        }
        let local = loopback && loopback_base;
        Ok(Self { text: text.to_owned(), host: host.to_string().to_ascii_lowercase(), local })
    }

    /// The URL exactly as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, where it is neither this provider's own nor that of an API on this machine: worth a warning.
    #[must_use]
    pub fn foreign_host(&self, provider: Provider) -> Option<&str> {
        let known = self.local || provider.consent_hosts().contains(&self.host.trim_end_matches('.'));
        (!known).then_some(&self.host)
    }

    /// Whether it leads to this machine, so that nobody elsewhere can open it.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.local
    }
}

impl fmt::Display for AuthUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a host is this machine: `127.0.0.0/8`, `::1`, or `localhost`, which names it by RFC 6761.
#[must_use]
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
        Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_opened_save_for_this_machine() {
        let odd = "https://accounts.google.com/o/oauth2/auth?a=%2f+%20&b='$(x)`;!&state=eyJ%3D%3d~";
        for (text, loopback_base, fine) in [
            (odd, false, true),
            ("HTTPS://ACCOUNTS.google.com/", false, true),
            ("https://login.microsoftonline.com/a@b?c=@", false, true),
            ("http://127.0.0.1:8080/consent", true, true),
            ("http://localhost:8080/consent", true, true),
            ("http://[::1]:8080/consent", true, true),
            ("http://127.0.0.1:8080/consent", false, false),
            ("http://accounts.google.com/", true, false),
            ("http://127.0.0.1.evil.com/", true, false),
            ("https://user@accounts.google.com/", false, false),
            ("https://@accounts.google.com/", false, false),
            ("https://evil.com\\@accounts.google.com/", false, false),
            ("https://accounts.google.com\\evil/", false, false),
            ("https://accounts.google.com/\u{1b}[2J", false, false),
            ("https://accounts.google.com/\u{202e}x", false, false),
            ("https://accounts.google.com/ x", false, false),
            ("https://accounts.google.com/\n", false, false),
            ("javascript:alert(1)", false, false),
            ("javascript://%0aalert(1)", false, false),
            ("file:///etc/passwd", false, false),
            ("https:accounts.google.com", false, false),
            ("https:///x", false, false),
            ("https:///user:pw@accounts.google.com/x", false, false),
            ("https:////accounts.google.com@evil.example/x", false, false),
            ("http:///a@127.0.0.1/x", true, false),
            ("https:///evil.example\\@accounts.google.com/", false, false),
            ("https://\\accounts.google.com/", false, false),
            ("//accounts.google.com/", false, false),
            ("https://", false, false),
            ("", false, false),
            ("-oProxyCommand://x", false, false),
        ] {
            let checked = AuthUrl::check(text, loopback_base);
            assert_eq!(checked.is_ok(), fine, "{text:?}: {checked:?}");
            if let Ok(url) = checked {
                assert_eq!(url.as_str(), text);
            }
        }
        let long = format!("https://accounts.google.com/{}", "a".repeat(LONGEST_URL));
        assert!(AuthUrl::check(&long, false).is_err());
    }

    #[test]
    fn a_foreign_host_is_told_apart_by_provider() {
        for (text, provider, foreign) in [
            ("https://accounts.google.com/x", Provider::Google, None),
            ("https://ACCOUNTS.GOOGLE.COM./x", Provider::Google, None),
            ("https://accounts.google.com/x", Provider::Microsoft, Some("accounts.google.com")),
            ("https://accounts.google.com.evil.com/", Provider::Google, Some("accounts.google.com.evil.com")),
            ("https://login.live.com/x", Provider::Microsoft, None),
            ("https://127.0.0.1/x", Provider::Google, Some("127.0.0.1")),
            ("https://auth.instantly.ai/go", Provider::Google, Some("auth.instantly.ai")),
        ] {
            let url = AuthUrl::check(text, false).unwrap();
            assert_eq!(url.foreign_host(provider), foreign, "{text}");
        }
        let local = AuthUrl::check("http://127.0.0.1:8080/consent", true).unwrap();
        assert_eq!(local.foreign_host(Provider::Google), None);
    }
}
