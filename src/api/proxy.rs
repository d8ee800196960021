//! Which proxy the environment asks for.

use std::fmt;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::NoProxy;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::check::route::Proxy;
use crate::model::environment::Environment;

/// The proxy to go through, which may carry a password.
#[derive(Clone, Debug)]
pub struct ProxyChoice {
    url: SecretString,
    shown: String,
    variable: &'static str,
    login: bool,
    exempt: Option<String>,
}

/// The variables that name a proxy for https, the first that is set counting, and as curl reads them.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

impl ProxyChoice {
    /// Reads `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY`, in either case, for an https base URL. Plain http only
    /// ever goes to this machine, where no proxy has any business.
    ///
    /// The error names the variable, and never its value, which may hold a password.
    pub fn read(environment: &Environment, base: &BaseUrl) -> Result<Option<Self>, Error> {
        if !base.is_https() {
            return Ok(None);
        }
        let set = VARIABLES.into_iter().find_map(|name| environment.var(name).map(|value| (name, value)));
        let Some((name, value)) = set else { return Ok(None) };
        let value = value.trim();
        let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let refuse = |why: String| {
            Error::usage(format!("{name} is not a proxy's URL: {why}"))
                .hint(format!("Write it like {name}=http://proxy.example:3128, or unset it."))
        };
        let mut url = Url::parse(&text).map_err(|error| refuse(error.to_string()))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refuse("it has no host".into()));
        }
        if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
            return Err(refuse(format!("its scheme is {}", url.scheme())));
        }
        let exempt = environment.var("no_proxy").or_else(|| environment.var("NO_PROXY")).map(str::to_owned);
        let whole = SecretString::from(text);
        let credentials = !url.username().is_empty() || url.password().is_some();
        if credentials && (url.set_username("").is_err() || url.set_password(None).is_err()) {
            return Err(refuse("its user name or password cannot be read".into()));
        }
        let shown = format!("{} ({name})", url.as_str().trim_end_matches('/'));
        Ok(Some(Self { url: whole, shown, variable: name, login: credentials, exempt }))
    }

    /// What it is, and whether it is for this host, without its password.
    #[must_use]
    pub fn look(&self, base: &BaseUrl) -> Proxy {
        let used = self.through(base).is_some();
        Proxy { shown: self.shown.clone(), login: self.login, used, exempt: self.exempt.clone() }
    }

    /// The variable that names it.
    pub(super) const fn variable(&self) -> &'static str {
        self.variable
    }

    /// Where it is for this host, and with which credentials; none where the host is exempt. The rules are those of the
    /// client, which are this library's.
    pub(super) fn through(&self, base: &BaseUrl) -> Option<Intercept> {
        let exempt = self.exempt.as_deref().unwrap_or_default();
        let matcher = Matcher::builder().https(self.url.expose_secret()).no(exempt).build();
        matcher.intercept(&base.to_string().parse().ok()?)
    }

    /// The same for the client.
    pub(super) fn proxy(&self) -> Result<reqwest::Proxy, Error> {
        let proxy = reqwest::Proxy::https(self.url.expose_secret())
            .map_err(|error| Error::usage(format!("the proxy {self} cannot be used")).because(error.without_url()))?;
        Ok(proxy.no_proxy(self.exempt.as_deref().and_then(NoProxy::from_string)))
    }
}

impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)], base: &str) -> Result<Option<String>, String> {
        let environment = pairs.iter().copied().collect();
        ProxyChoice::read(&environment, &BaseUrl::parse(base).unwrap())
            .map(|proxy| proxy.map(|proxy| proxy.to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let https = "https://api.instantly.ai";
        for (pairs, base, shown) in [
            (&[("HTTPS_PROXY", "http://ada:s3cret@proxy:3128")][..], https, Some("http://proxy:3128 (HTTPS_PROXY)")),
            (&[("https_proxy", "one:1"), ("HTTPS_PROXY", "two:2")], https, Some("http://one:1 (https_proxy)")),
            (&[("ALL_PROXY", "socks5h://127.0.0.1:1080")], https, Some("socks5h://127.0.0.1:1080 (ALL_PROXY)")),
            (&[("HTTP_PROXY", "http://proxy")], https, None),
            (&[("HTTPS_PROXY", "http://proxy:3128")], "http://127.0.0.1:9", None),
            (&[], https, None),
        ] {
            assert_eq!(read(pairs, base), Ok(shown.map(Into::into)), "{pairs:?}");
        }
    }

    #[test]
    fn a_bad_proxy_is_refused_without_its_value() {
        for value in ["http://ada:s3cret@", "ftp://ada:s3cret@proxy", "http://ada:s3cret@proxy:99999"] {
            let error = read(&[("HTTPS_PROXY", value)], "https://api.instantly.ai").unwrap_err();
            assert!(error.starts_with("HTTPS_PROXY is not a proxy's URL"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
