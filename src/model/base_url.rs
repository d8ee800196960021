//! Where the API is.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::auth_url::is_loopback;
use super::provider::Provider;
use super::session::SessionId;

/// The service itself.
pub const DEFAULT_BASE: &str = "https://api.instantly.ai";

/// Everything but what RFC 3986 (2.3) calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The API's root: https, or http where it is on this machine; no credentials, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    root: Url,
    loopback: bool,
}

impl BaseUrl {
    /// Reads a base URL, with or without a trailing `/` or `/api/v2`. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut root = Url::parse(text.trim()).map_err(|error| format!("it is not a URL ({error})"))?;
        let loopback = root.host().is_some_and(|host| is_loopback(&host));
        match root.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err("plain http would send the API key in the clear; use https".into()),
            scheme => return Err(format!("its scheme is {scheme}, not https")),
        }
        if !root.username().is_empty() || root.password().is_some() {
            return Err("it has a user name or password in it".into());
        }
        if root.query().is_some() || root.fragment().is_some() {
            return Err("it has a query or a fragment".into());
        }
        let path = root.path().trim_end_matches('/');
        let path = path.strip_suffix("/api/v2").unwrap_or(path).trim_end_matches('/').to_owned();
        root.set_path(&path);
        Ok(Self { root, loopback })
    }

    /// Whether it is on this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether requests to it are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.root.scheme() == "https"
    }

    /// The host's name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.root.host_str().unwrap_or_default()
    }

    /// The port, be it written down or not.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.root.port_or_known_default().unwrap_or_default()
    }

    /// The host, and the port where it is not the usual one, for messages.
    #[must_use]
    pub fn authority(&self) -> String {
        self.root.port().map_or_else(|| self.host().to_owned(), |port| format!("{}:{port}", self.host()))
    }

    /// Where a session of this provider is started.
    #[must_use]
    pub fn init(&self, provider: Provider) -> Url {
        self.join(&format!("oauth/{provider}/init"))
    }

    /// Where a session's state is asked for. The id is percent-encoded as one segment of the path.
    #[must_use]
    pub fn status(&self, id: &SessionId) -> Url {
        let id = utf8_percent_encode(id.as_str(), RESERVED);
        self.join(&format!("oauth/session/status/{id}"))
    }

    /// Where the workspace's accounts are listed.
    #[must_use]
    pub fn accounts(&self) -> Url {
        self.join("accounts")
    }

    /// Where one account is. The address is percent-encoded as one segment of the path.
    #[must_use]
    pub fn account(&self, email: &str) -> Url {
        self.join(&format!("accounts/{}", utf8_percent_encode(email, RESERVED)))
    }

    fn join(&self, call: &str) -> Url {
        let mut url = self.root.clone();
        url.set_path(&format!("{}/api/v2/{call}", self.root.path().trim_end_matches('/')));
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_is_read_from_every_spelling() {
        for (text, path) in [
            ("https://api.instantly.ai", "/api/v2/oauth/google/init"),
            ("https://api.instantly.ai/", "/api/v2/oauth/google/init"),
            ("https://api.instantly.ai/api/v2", "/api/v2/oauth/google/init"),
            (" https://api.instantly.ai/api/v2/ ", "/api/v2/oauth/google/init"),
            ("https://gateway.acme.com/instantly/", "/instantly/api/v2/oauth/google/init"),
            ("https://gateway.acme.com/instantly/api/v2", "/instantly/api/v2/oauth/google/init"),
            ("http://127.0.0.1:8080", "/api/v2/oauth/google/init"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().init(Provider::Google).path(), path, "{text}");
        }
    }

    #[test]
    fn the_key_is_never_sent_in_the_clear() {
        for (text, fine) in [
            ("http://localhost:1", true),
            ("http://[::1]:1", true),
            ("http://127.8.9.1", true),
            ("http://api.instantly.ai", false),
            ("http://127.0.0.1.nip.io", false),
            ("ftp://127.0.0.1", false),
            ("https://user:secret@api.instantly.ai", false),
            ("https://api.instantly.ai?x=1", false),
            ("https://api.instantly.ai#x", false),
            ("api.instantly.ai", false),
            ("", false),
        ] {
            assert_eq!(BaseUrl::parse(text).is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        let base = BaseUrl::parse("https://api.instantly.ai").unwrap();
        let id = SessionId::parse("a/../b?c#d%2F^|~").unwrap();
        assert_eq!(base.status(&id).path(), "/api/v2/oauth/session/status/a%2F..%2Fb%3Fc%23d%252F%5E%7C~");
        assert_eq!(base.to_string(), "https://api.instantly.ai");
    }
}
