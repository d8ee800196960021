//! What it means that a request did not come through, and what to set.

use crate::model::environment::Environment;
use crate::model::failure::{NetworkKind, issued_by};

/// How the API is reached.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Its host.
    pub host: String,
    /// The proxy in between, without its password.
    pub proxy: Option<String>,
    /// Whether the proxy was given a user name or a password.
    pub login: bool,
    /// Where the trusted certificates come from.
    pub roots: String,
    /// Where this runs.
    pub desk: Desk,
    /// The profile of the workspace, where it has one.
    pub profile: Option<String>,
}

/// Where this runs, as far as certificates are kept and fetched in different ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Desk {
    /// Linux, and whatever else there is.
    #[default]
    Unix,
    /// Linux inside Windows, which has certificates of its own.
    Wsl,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

impl Desk {
    /// The one of this system, by the name that the standard library has for it.
    #[must_use]
    pub fn of(system: &str, environment: &Environment) -> Self {
        match system {
            "macos" => Self::Mac,
            "windows" => Self::Windows,
            "linux" if ["WSL_DISTRO_NAME", "WSL_INTEROP"].iter().any(|name| environment.is_set(name)) => Self::Wsl,
            _ => Self::Unix,
        }
    }
}

/// The message, and what to do, a line each.
pub(super) fn words(kind: NetworkKind, detail: &str, route: &Route) -> (String, Vec<String>) {
    let host = &route.host;
    if let Some(proxy) = &route.proxy
        && let Some((message, mut hints)) = of_the_proxy(kind, detail, proxy, route)
    {
        hints.push(format!("If {host} can be reached without it, exempt it: NO_PROXY={}", without_port(host)));
        return (message, hints);
    }
    let (message, mut hints) = match kind {
        NetworkKind::Untrusted { presented } => {
            let message = format!("no secure connection to {host}: {}", issued_by(detail));
            return (message, untrusted(detail, presented, route));
        }
        NetworkKind::Tls => (
            format!("no secure connection to {host}: {detail}"),
            vec![
                "Check this machine's clock and the host's name. A proxy, a VPN or an antivirus that inspects TLS here \
                 may be at fault as well."
                    .to_owned(),
                format!("Trusted here: {}.", route.roots),
            ],
        ),
        NetworkKind::Dns => (
            format!("the name {host} could not be resolved ({detail})"),
            vec![
                "Check the network connection, the DNS server, and whether a VPN or a proxy (HTTPS_PROXY) is needed."
                    .to_owned(),
            ],
        ),
        NetworkKind::Connect => (
            format!("no connection to {host} ({detail})"),
            vec![if is_here(host) {
                "Nothing on this machine answers there: is it running? It is named by --base-url, INSTANTLY_BASE_URL or the \
                 profile."
                    .to_owned()
            } else {
                "Check the network connection and firewall, and whether a proxy (HTTPS_PROXY) is needed.".to_owned()
            }],
        ),
        NetworkKind::Proxy | NetworkKind::ProxyLogin => (
            format!("a proxy did not let the request through ({detail})"),
            vec!["Check the proxy's address, or exempt the host with NO_PROXY.".to_owned()],
        ),
        NetworkKind::Timeout => (
            format!("no reply from {host} in time ({detail})"),
            vec!["Check the network connection; --request-timeout gives slow ones longer.".to_owned()],
        ),
        NetworkKind::Broken => (
            format!("the connection to {host} broke before the reply was complete ({detail})"),
            vec!["Check the network connection, and proxies or VPNs on the way.".to_owned()],
        ),
    };
    if let Some(proxy) = &route.proxy {
        hints.push(format!("The request went through the proxy {proxy}."));
        hints.extend((kind == NetworkKind::Tls).then(|| speaks_tls(proxy)).flatten());
    }
    (message, hints)
}

/// The same, where it was the proxy that no connection came further than.
fn of_the_proxy(kind: NetworkKind, detail: &str, proxy: &str, route: &Route) -> Option<(String, Vec<String>)> {
    // What was set, without the variable that it was set in.
    let (url, variable) = proxy.split_once(" (").unwrap_or((proxy, "HTTPS_PROXY"));
    let variable = variable.trim_end_matches(')');
    let (scheme, address) = url.split_once("://").unwrap_or(("http", url));
    Some(match kind {
        NetworkKind::Dns => (
            format!("the name of the proxy {proxy} could not be resolved ({detail})"),
            vec![format!("Check the address in {variable}; some proxies can be reached in the office or by VPN only.")],
        ),
        NetworkKind::Connect => (
            format!("no connection through the proxy {proxy} ({detail})"),
            vec![format!("Check the address and the port in {variable}, and that the proxy runs.")],
        ),
        NetworkKind::Proxy => (
            format!("the proxy {proxy} did not let the request to {} through ({})", route.host, in_words(detail)),
            vec![format!("Check the address in {variable}, and ask whoever runs the proxy to allow {}.", route.host)],
        ),
        NetworkKind::ProxyLogin => {
            let message = if route.login {
                format!("the proxy {proxy} refused the user name and password in {variable}")
            } else {
                format!("the proxy {proxy} wants a user name and password")
            };
            let write = format!(
                "Write them into its URL: {variable}={scheme}://USER:PASSWORD@{address}, where @ is written as %40, : as \
                 %3A, / as %2F, # as %23, ? as %3F and % as %25."
            );
            // The layers below do not tell which ways of logging in it offered.
            let other = "Only Basic logins are known here. For NTLM or Kerberos run a helper on this machine, such as \
                         cntlm or px, and name that as the proxy.";
            (format!("{message} ({})", in_words(detail)), vec![write, other.to_owned()])
        }
        _ => return None,
    })
}

/// What the layers below say of a proxy, where it is known what they mean.
fn in_words(detail: &str) -> &str {
    match detail {
        "tunnel error: unsuccessful" => "it answered CONNECT with a refusal",
        "tunnel error: proxy authorization required" => "HTTP 407",
        "tunnel error: unexpected end of file" => "it hung up on CONNECT",
        detail => detail.strip_prefix("SOCKS error: ").unwrap_or(detail),
    }
}

/// What may be wrong with a proxy that is to be spoken to in TLS.
fn speaks_tls(proxy: &str) -> Option<String> {
    let rest = proxy.strip_prefix("https://")?;
    Some(format!("https:// means that the proxy itself speaks TLS. Most do not, and are written as http://{rest}."))
}

/// An authority that nobody here trusts: most likely the one of something that inspects TLS, which has to be named.
fn untrusted(issuer: &str, presented: bool, route: &Route) -> Vec<String> {
    let proxy = route.proxy.as_ref().map(|proxy| format!(" The request went through the proxy {proxy}."));
    let fetch = fetch(issuer, presented, route);
    let set = match route.desk {
        Desk::Windows => "$env:SSL_CERT_FILE = \"C:\\path\\to\\ca.cer\"",
        Desk::Unix | Desk::Wsl | Desk::Mac => "export SSL_CERT_FILE=/path/to/ca.pem",
    };
    vec![
        format!(
            "Something on the way opens TLS to look inside: a company's proxy, a VPN or an antivirus.{}",
            proxy.unwrap_or_default()
        ),
        format!("Have this tool trust it: --ca-cert FILE for one command, {set} for all. FILE is its CA certificate."),
        fetch,
        "If nothing here is meant to inspect TLS, stop: somebody else may be reading along.".to_owned(),
        format!("Trusted here: {}.", route.roots),
    ]
}

/// How its certificate is had, in a line.
fn fetch(issuer: &str, presented: bool, route: &Route) -> String {
    // The name is foreign, and the line will be pasted into a shell.
    let harmless = |sign: char| sign.is_ascii_alphanumeric() || " ._-".contains(sign);
    let fine = !issuer.is_empty() && !issuer.starts_with('-') && issuer.chars().all(harmless);
    let name = if fine { issuer } else { "NAME" };
    match route.desk {
        Desk::Mac => format!("To have it from the keychain: security find-certificate -a -p -c \"{name}\" > ca.pem"),
        Desk::Windows => format!("To have it from Windows: certutil -store Root \"{name}\" ca.cer"),
        Desk::Wsl => format!("Windows has it, if its browsers work: certutil.exe -store Root \"{name}\" ca.cer"),
        Desk::Unix if !presented => {
            let name = if fine { format!("\"{name}\"") } else { "it".to_owned() };
            format!("To have it: ask your IT, or export {name} from the authorities of a browser that works here.")
        }
        Desk::Unix => {
            let host = if route.host.contains(':') { route.host.clone() } else { format!("{}:443", route.host) };
            let through = route.proxy.as_deref().and_then(|proxy| proxy.strip_prefix("http://"));
            let through = through.and_then(|proxy| proxy.split(' ').next()).map(|proxy| {
                let login = if route.login { " -proxy_user USER -proxy_pass pass:PASSWORD" } else { "" };
                format!("-proxy {proxy}{login} ")
            });
            let through = through.unwrap_or_default();
            format!(
                "To have it: ask your IT, or take what is presented here, and compare it with what IT says: openssl s_client \
                 -showcerts {through}-connect {host} </dev/null >ca.pem"
            )
        }
    }
}

/// A host as it stands in `NO_PROXY`.
fn without_port(host: &str) -> &str {
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(host, _)| host)
}

/// Whether this host, with its port, is this machine.
fn is_here(authority: &str) -> bool {
    let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

#[cfg(test)]
mod tests;
