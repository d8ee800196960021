//! What a failed exchange proves: where it broke, and whether the request can have reached the server.

use std::error::Error as _;
use std::io;

use super::issuer::{self, Untrusted};
use crate::model::failure::{Failure, NetworkKind};

/// Types what went wrong between us and the server.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let causes = Causes::of(&error);
    // Until there is a connection nothing has been sent. Everything later is ambiguous.
    let sent = !error.is_connect() && !error.is_builder();
    let kind = if let Some(kind) = causes.tls {
        kind
    } else if causes.login {
        NetworkKind::ProxyLogin
    } else if causes.proxy && !causes.away {
        NetworkKind::Proxy
    } else if error.is_dns() {
        NetworkKind::Dns
    } else if error.is_connect() {
        NetworkKind::Connect
    } else if error.is_timeout() {
        NetworkKind::Timeout
    } else {
        NetworkKind::Broken
    };
    Failure::Network { kind, detail: causes.detail, sent }
}

/// What the layers below say of a proxy that wants a login, or another one: in answer to CONNECT, and in SOCKS.
const LOGIN: [&str; 3] = ["proxy authorization required", "credentials not accepted", "does not support user/pass"];

/// What the chain of causes holds.
struct Causes {
    tls: Option<NetworkKind>,
    proxy: bool,
    /// Whether there was no connection to the proxy itself.
    away: bool,
    login: bool,
    detail: String,
}

impl Causes {
    fn of(error: &reqwest::Error) -> Self {
        let mut causes = Self { tls: None, proxy: false, away: false, login: false, detail: error.to_string() };
        let mut next = error.source();
        while let Some(cause) = next {
            causes.detail = cause.to_string();
            // These types are private to the layers below, which leaves their words to know them by.
            causes.proxy |= ["tunnel error", "proxy", "SOCKS"].iter().any(|word| causes.detail.contains(word));
            causes.away |= causes.detail.contains("failed to create underlying connection");
            causes.login |= LOGIN.iter().any(|words| causes.detail.contains(words));
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                (causes.tls, causes.detail) = match issuer::untrusted(error) {
                    Some(Untrusted { issuer, presented }) => {
                        (Some(NetworkKind::Untrusted { presented: *presented }), issuer.clone())
                    }
                    None => (
                        Some(NetworkKind::Tls),
                        match error {
                            rustls::Error::InvalidCertificate(certificate) => issuer::in_words(certificate),
                            error => error.to_string(),
                        },
                    ),
                };
                break;
            }
            // An I/O error leaves what it wraps, often another one, out of its own chain.
            let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = wrapped.map(|wrapped| wrapped as _).or_else(|| cause.source());
        }
        causes
    }
}

/// How far a request came that failed, for the trace.
pub(super) fn reach(failure: &Failure) -> &'static str {
    if failure.reached() { "the request may have reached the server" } else { "nothing was sent" }
}
