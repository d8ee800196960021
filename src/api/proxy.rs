//! Which proxy the environment asks for.

use std::fmt;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::exempt::is_exempt;
use crate::error::Error;
use crate::model::base_url::BaseUrl;
use crate::model::check::route::Proxy;
use crate::model::environment::Environment;

/// The proxy that is set, which may carry a password.
#[derive(Clone, Debug)]
pub struct ProxyChoice {
    url: SecretString,
    shown: String,
    /// The variable that names it.
    variable: &'static str,
    login: bool,
    /// The variable that exempts the host.
    exempt: Option<&'static str>,
    /// What is exempt, whether the host is or not.
    list: Option<String>,
}

/// The variables that name a proxy for https, the first that is set counting, and as curl reads them.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// What has a meaning of its own in a URL.
const ENCODED: &str = "In a user name or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25.";

impl ProxyChoice {
    /// Reads `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY`, in either case, for an https base URL. What is on this
    /// machine is reached without a proxy, as that has no business there.
    ///
    /// The error names the variable, and never its value, which may hold a password.
    pub fn read(environment: &Environment, base: &BaseUrl) -> Result<Option<Self>, Error> {
        if !base.is_https() || base.is_loopback() {
            return Ok(None);
        }
        let set = VARIABLES.into_iter().find_map(|name| environment.var(name).map(|value| (name, value)));
        let Some((name, value)) = set else { return Ok(None) };
        let exempting = ["no_proxy", "NO_PROXY"].into_iter().find(|name| environment.is_set(name));
        let exempt = exempting
            .filter(|name| environment.var(name).is_some_and(|list| is_exempt(list, base.host(), base.port())));
        let list = exempting.and_then(|name| environment.var(name)).map(str::to_owned);
        let value = value.trim();
        let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let refuse = |why: &str| {
            let error = Error::usage(format!("{name} is not a proxy's URL: {why}"))
                .hint(format!("Write it like {name}=http://proxy.example:3128, or unset it."));
            if value.contains('@') { error.hint(ENCODED) } else { error }
        };
        let mut url = Url::parse(&text).map_err(|error| refuse(&error.to_string()))?;
        let Some(host) = url.host_str().filter(|host| !host.is_empty()).map(str::to_owned) else {
            return Err(refuse("it has no host"));
        };
        if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
            return Err(refuse(&format!("its scheme is {}", url.scheme())));
        }
        // A password with a slash in it ends what comes before the host, and the rest of it looks like a path.
        if [Some(url.path()), url.query(), url.fragment()].into_iter().flatten().any(|rest| rest.contains('@')) {
            return Err(refuse("there is an @ behind its host"));
        }
        for part in [Some(url.username()), url.password()].into_iter().flatten() {
            if percent_decode_str(part).decode_utf8().is_err() {
                return Err(refuse("its user name or password is not UTF-8"));
            }
        }
        let login = !url.username().is_empty() || url.password().is_some();
        // A path means nothing here.
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{host}{port} ({name})", url.scheme());
        Ok(Some(Self { url: SecretString::from(url.to_string()), shown, variable: name, login, exempt, list }))
    }

    /// Whether requests go through it: it is set, and the host is not exempt from it.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.exempt.is_none()
    }

    /// Whether it is given a user name or a password.
    #[must_use]
    pub const fn has_login(&self) -> bool {
        self.login
    }

    /// What it is, without its password.
    #[must_use]
    pub fn look(&self) -> Proxy {
        let (shown, login, exempt) = (self.shown.clone(), self.login, self.list.clone());
        Proxy { shown, login, used: self.is_used(), exempt }
    }

    /// The variable that names it.
    pub(super) const fn variable(&self) -> &'static str {
        self.variable
    }

    /// Where it is, and with which credentials, for whoever goes through it by hand; none where the host is exempt.
    pub(super) fn through(&self, base: &BaseUrl) -> Option<Intercept> {
        let matcher = Matcher::builder().https(self.url.expose_secret()).build();
        matcher.intercept(&base.to_string().parse().ok()?).filter(|_| self.is_used())
    }

    /// The same for the client.
    pub(super) fn proxy(&self) -> Result<reqwest::Proxy, Error> {
        reqwest::Proxy::https(self.url.expose_secret())
            .map_err(|error| Error::usage(format!("the proxy {self} cannot be used")).because(error.without_url()))
    }
}

impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exempt {
            Some(name) => write!(f, "none, as {name} exempts this host from {}", self.shown),
            None => f.write_str(&self.shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTPS: &str = "https://api.instantly.ai";

    fn read(pairs: &[(&str, &str)], base: &str) -> Result<Option<String>, String> {
        let environment = pairs.iter().copied().collect();
        ProxyChoice::read(&environment, &BaseUrl::parse(base).unwrap())
            .map(|proxy| proxy.map(|proxy| proxy.to_string()))
            .map_err(|error| format!("{error} {}", error.hints.join(" ")))
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        for (pairs, base, shown) in [
            (&[("HTTPS_PROXY", "http://ada:s3cret@proxy:3128")][..], HTTPS, Some("http://proxy:3128 (HTTPS_PROXY)")),
            (&[("https_proxy", "one:1"), ("HTTPS_PROXY", "two:2")], HTTPS, Some("http://one:1 (https_proxy)")),
            (&[("https_proxy", ""), ("HTTPS_PROXY", "two:2")], HTTPS, Some("http://two:2 (HTTPS_PROXY)")),
            (&[("ALL_PROXY", "socks5h://127.0.0.1:1080")], HTTPS, Some("socks5h://127.0.0.1:1080 (ALL_PROXY)")),
            (&[("HTTPS_PROXY", "http://proxy:3128/some/path?x#y")], HTTPS, Some("http://proxy:3128 (HTTPS_PROXY)")),
            (&[("HTTPS_PROXY", "http://[::1]:3128/")], HTTPS, Some("http://[::1]:3128 (HTTPS_PROXY)")),
            (&[("HTTP_PROXY", "http://proxy")], HTTPS, None),
            (&[("HTTPS_PROXY", "http://proxy:3128")], "http://127.0.0.1:9", None),
            (&[("HTTPS_PROXY", "http://proxy:3128")], "https://127.0.0.1:9", None),
            (&[("HTTPS_PROXY", "http://proxy:3128")], "https://localhost", None),
            (&[], HTTPS, None),
            (
                &[("HTTPS_PROXY", "http://a:s3cret@proxy:3128"), ("NO_PROXY", "instantly.ai")],
                HTTPS,
                Some("none, as NO_PROXY exempts this host from http://proxy:3128 (HTTPS_PROXY)"),
            ),
        ] {
            assert_eq!(read(pairs, base), Ok(shown.map(Into::into)), "{pairs:?}");
        }
    }

    #[test]
    fn a_bad_proxy_is_refused_without_its_value() {
        for value in [
            "http://ada:s3cret@",
            "ftp://ada:s3cret@proxy",
            "http://ada:s3cret@proxy:99999",
            "http://ada:s3cret/x@proxy:3128",
            "http://ada:12/s3cret@proxy:3128",
            "http://ada:12?s3cret@proxy:3128",
            "http://ada:12#s3cret@proxy:3128",
            "ada:12/s3cret@proxy:3128",
            "http://ada:s3cret%ff@proxy:3128",
        ] {
            let error = read(&[("HTTPS_PROXY", value)], HTTPS).unwrap_err();
            assert!(error.starts_with("HTTPS_PROXY is not a proxy's URL") && error.contains("%2F"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
