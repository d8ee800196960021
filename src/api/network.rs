//! What a failed exchange proves: where it broke, and whether the request can have reached the server.

use std::error::Error as _;
use std::io;

use crate::model::failure::{Failure, NetworkKind};

/// Types what went wrong between us and the server.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let causes = Causes::of(&error);
    // Until there is a connection nothing has been sent. Everything later is ambiguous.
    let sent = !error.is_connect() && !error.is_builder();
    let kind = if causes.tls {
        NetworkKind::Tls
    } else if causes.proxy {
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

/// What the chain of causes holds.
struct Causes {
    tls: bool,
    proxy: bool,
    detail: String,
}

impl Causes {
    fn of(error: &reqwest::Error) -> Self {
        let mut causes = Self { tls: false, proxy: false, detail: error.to_string() };
        let mut next = error.source();
        while let Some(cause) = next {
            causes.detail = cause.to_string();
            // These types are private to the layers below, which leaves their words to know them by.
            causes.proxy |= ["tunnel error", "proxy", "SOCKS"].iter().any(|word| causes.detail.contains(word));
            causes.tls |= cause.is::<rustls::Error>();
            // An I/O error hides what it wraps from its own chain, which may be another one of its kind.
            let mut wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            while let Some(inner) = wrapped {
                causes.tls |= inner.is::<rustls::Error>();
                causes.detail = inner.to_string();
                wrapped = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            }
            next = cause.source();
        }
        causes
    }
}
