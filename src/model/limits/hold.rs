//! Why a request has to wait.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::gate::A_BLOCK;
use super::pace::{Place, Turn};
use crate::model::failure::Throttle;
use crate::model::poll::Why;
use crate::model::provider::Provider;

/// Why a request may not leave yet, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// How long that is from now.
    pub wait: Duration,
    /// The same as a time.
    pub until: Timestamp,
    /// What it is.
    pub cause: Cause,
}

/// What keeps a request back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The service said to stay away.
    Told {
        /// With what.
        throttle: Throttle,
        /// When.
        since: Timestamp,
        /// The provider that it concerns; none where it is the workspace.
        provider: Option<Provider>,
        /// What it said.
        message: Option<String>,
        /// Whether it named a time.
        named: bool,
    },
    /// That time is over, and the first request since is on its way: the rest follow once it has succeeded.
    First {
        /// What the service had said.
        throttle: Throttle,
    },
    /// As many sessions were started within a minute as the service lets start.
    Starts {
        /// How many that is.
        limit: usize,
        /// With whom.
        provider: Provider,
        /// Whether it is the limit of the IP address, and not the workspace's.
        address: bool,
        /// How many processes were there before.
        ahead: usize,
    },
    /// So many calls are made that each has to wait.
    Calls {
        /// For its turn, if it was given one.
        turn: Option<Turn>,
    },
}

impl Cause {
    /// How a call that had to wait for this comes back.
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Calls { turn: Some(turn) } => Place::Given(*turn),
            _ => Place::New,
        }
    }

    /// Which of the two kinds of trouble it is.
    #[must_use]
    pub const fn throttle(&self) -> Throttle {
        match self {
            Self::Told { throttle, .. } | Self::First { throttle } => *throttle,
            Self::Starts { .. } | Self::Calls { .. } => Throttle::Limit,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told { throttle, message, .. } => {
                write!(f, "HTTP {}", throttle.status())?;
                message.as_ref().map_or(Ok(()), |message| write!(f, ": {message}"))
            }
            Self::First { throttle } => {
                write!(f, "the first request since HTTP {} goes alone", throttle.status())
            }
            Self::Starts { limit, provider, address, .. } => {
                let whom = if *address { "this machine" } else { "a workspace" };
                write!(f, "{whom} may start {limit} {} sessions a minute", provider.name())
            }
            Self::Calls { .. } => f.write_str("a workspace may make so many calls a second"),
        }
    }
}

impl Hold {
    /// What is waited for.
    #[must_use]
    pub const fn why(&self) -> Why {
        match (&self.cause, self.cause.throttle()) {
            (Cause::Starts { .. } | Cause::Calls { .. }, _) => Why::Turn,
            (_, Throttle::Limit) => Why::RateLimited,
            (_, Throttle::Outage) => Why::Unavailable,
        }
    }

    /// Whether it concerns a start with this provider, or without one any other call.
    #[must_use]
    pub fn is_of(&self, provider: Option<Provider>) -> bool {
        matches!(self.cause, Cause::Told { provider: of, .. } if of.is_none() || of == provider)
    }

    /// Whether it is something that the service has said of the same.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        match (&self.cause, &other.cause) {
            (Cause::Told { provider: one, .. }, Cause::Told { provider: two, .. }) => one == two,
            _ => false,
        }
    }

    /// Whether the service has blocked this address: no other limit lasts that long.
    #[must_use]
    pub fn is_block(&self) -> bool {
        match self.cause {
            Cause::Told { throttle: Throttle::Limit, since, .. } => {
                Duration::try_from(self.until.duration_since(since)).is_ok_and(|length| length >= A_BLOCK)
            }
            _ => false,
        }
    }
}
