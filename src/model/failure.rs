//! What can go wrong with a call: the typed failure, and what it proves about the request.

use std::fmt;
use std::time::Duration;

use super::limits::Hold;
use super::poll::Why;
use crate::exit::Outcome;

/// A call that did not end in a usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The service refused the key, the plan or the scope.
    Refused {
        /// Which of the three.
        refusal: Refusal,
        /// What the service said.
        message: Option<String>,
    },
    /// 404.
    NotFound {
        /// What the service said.
        message: Option<String>,
    },
    /// 429, or 503, with or without a time to stay away for.
    Throttled {
        /// Which of the two.
        throttle: Throttle,
        /// `Retry-After`, one second to a day, from when the reply arrived.
        after: Option<Duration>,
        /// What the service said.
        message: Option<String>,
    },
    /// Nothing was sent, so as not to run into a limit.
    Held(Hold),
    /// Any other status that is not a success.
    Status {
        /// The HTTP status.
        status: u16,
        /// What was said; that it was HTML, where it was.
        message: Option<String>,
        /// Whether it was said in JSON, as the API does: only then is it the API that says no, and means it.
        own: bool,
    },
    /// A success whose body cannot be used.
    Unusable {
        /// What is wrong with it.
        what: String,
    },
    /// No complete reply.
    Network {
        /// Where on the way it broke.
        kind: NetworkKind,
        /// The cause as the layers below tell it.
        detail: String,
        /// Whether the request can have reached the server.
        sent: bool,
    },
}

/// Why the service refuses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 401: missing, wrong or revoked.
    Key,
    /// 402: no active paid plan.
    Plan,
    /// 403: the key lacks a scope.
    Scope,
}

/// Who is being rate limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// 429: we are.
    Limit,
    /// 503: the service is, by the provider, or is down.
    Outage,
}

/// Where on the way a request or its reply broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkKind {
    /// The host's name did not resolve.
    Dns,
    /// No connection to the host.
    Connect,
    /// The connection could not be secured.
    Tls,
    /// The server's certificate was issued by nobody who is trusted: the detail is the issuer's name, where it has one.
    Untrusted {
        /// Whether the server presented more than its own certificate, so that the issuer's can be had from there.
        presented: bool,
    },
    /// The proxy did not let us through.
    Proxy,
    /// The proxy wants a user name and password, or others than it got.
    ProxyLogin,
    /// No complete reply in time.
    Timeout,
    /// The connection ended before the reply was complete.
    Broken,
}

impl Failure {
    /// Whether the request can have reached the server.
    #[must_use]
    pub const fn reached(&self) -> bool {
        match self {
            Self::Network { sent, .. } => *sent,
            Self::Held(_) => false,
            _ => true,
        }
    }

    /// Whether the service can have answered a status request with a result that we did not get.
    ///
    /// A gateway's 5xx counts: it is what the edge says when the reply behind it was lost. A refusal, a 404 and a
    /// 429 do not: they are answers, and not that one.
    #[must_use]
    pub const fn may_have_cost_a_result(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::NotFound { .. } | Self::Held(_) => false,
            Self::Throttled { throttle, .. } => matches!(throttle, Throttle::Outage),
            Self::Status { status, .. } => !matches!(*status, 300..500) || *status == 408,
            Self::Unusable { .. } => true,
            Self::Network { sent, .. } => *sent,
        }
    }

    /// Which row of the exit-code table it is, if nothing better follows.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Refused { .. } => Outcome::Auth,
            Self::NotFound { .. } => Outcome::NotFound,
            Self::Throttled { throttle: Throttle::Limit, .. } => Outcome::RateLimited,
            Self::Throttled { throttle: Throttle::Outage, .. } | Self::Status { .. } | Self::Unusable { .. } => {
                Outcome::Unavailable
            }
            Self::Held(hold) => match hold.cause.throttle() {
                Throttle::Limit => Outcome::RateLimited,
                Throttle::Outage => Outcome::Unavailable,
            },
            Self::Network { .. } => Outcome::Network,
        }
    }

    /// Whether the API said no to the request itself, so that asking again would only be told the same.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Status { status, own, .. } => *own && matches!(*status, 400..500) && !matches!(*status, 408 | 425),
            _ => false,
        }
    }

    /// Why the next request waits, if this failure is what it waits for.
    #[must_use]
    pub const fn why(&self) -> Why {
        match self {
            Self::Throttled { throttle: Throttle::Limit, .. } => Why::RateLimited,
            Self::Held(hold) => hold.why(),
            Self::Network { .. } => Why::Network,
            _ => Why::Unavailable,
        }
    }

    /// Whether a session's start may be tried again at once after it: the fault is likely to pass by itself.
    #[must_use]
    pub const fn passes(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Network { kind, .. } => {
                !matches!(kind, NetworkKind::Tls | NetworkKind::Untrusted { .. } | NetworkKind::ProxyLogin)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, message) = match self {
            Self::Refused { refusal, message } => (refusal.status(), message),
            Self::NotFound { message } => (404, message),
            Self::Throttled { throttle, message, .. } => (throttle.status(), message),
            Self::Status { status, message, .. } => (*status, message),
            Self::Held(hold) => return hold.cause.fmt(f),
            Self::Unusable { what } => return write!(f, "an unusable reply: {what}"),
            Self::Network { kind: kind @ NetworkKind::Untrusted { .. }, detail, .. } => {
                return write!(f, "{}: {}", kind.name(), issued_by(detail));
            }
            Self::Network { kind, detail, .. } => return write!(f, "{}: {detail}", kind.name()),
        };
        write!(f, "HTTP {status}")?;
        message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

/// What is wrong with a certificate by this issuer, who may have no name.
#[must_use]
pub fn issued_by(issuer: &str) -> String {
    let by = if issuer.is_empty() { "somebody without a name".to_owned() } else { format!("\"{issuer}\"") };
    format!("its certificate was issued by {by}, which is not trusted here")
}

impl Throttle {
    /// The HTTP status that stands for it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Limit => 429,
            Self::Outage => 503,
        }
    }
}

impl Refusal {
    /// The HTTP status that stands for it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Key => 401,
            Self::Plan => 402,
            Self::Scope => 403,
        }
    }
}

impl NetworkKind {
    /// A few words for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "the name does not resolve",
            Self::Connect => "no connection",
            Self::Tls | Self::Untrusted { .. } => "no secure connection",
            Self::Proxy => "the proxy refused",
            Self::ProxyLogin => "the proxy refused its user name or password",
            Self::Timeout => "no reply in time",
            Self::Broken => "the connection broke",
        }
    }
}
