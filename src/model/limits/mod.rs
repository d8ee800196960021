//! The service's limits, and how to stay under them: pure arithmetic on what was sent when.
//!
//! Nobody but the service knows when a request arrives there: some time between when it left and when its reply came in. So
//! a request counts from when it leaves until its reply has been in for the length of the window; then no window of the
//! service's can hold more than the limit, wherever it lies and however long requests travel.

mod gate;
mod hold;
#[cfg(test)]
mod laws;
mod line;
mod pace;

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use jiff::Timestamp;

use super::failure::{Failure, Throttle};
use super::provider::Provider;

pub use gate::{A_BLOCK, Gate, Passage, Refusal};
pub use hold::{Cause, Hold};
pub use line::{LINE_WINDOW, Taken, turn};
pub use pace::{CALL_WINDOW, Pace, Place, Slot, Turn, room, slot};

/// How much is asked of the service at the most. Figures of the API's documentation, unless a sandbox has others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Session starts a minute, for a workspace and provider.
    pub starts: usize,
    /// Session starts a minute, for an IP address and provider.
    pub address_starts: usize,
    /// Calls of any kind a second, for a workspace. Sixty times as many make the limit of a minute.
    pub calls: usize,
}

impl Limits {
    /// Those of the service.
    pub const DOCUMENTED: Self = Self { starts: 75, address_starts: 150, calls: 100 };
}

/// A point in time in microseconds since 1970, by this machine's clock: what processes have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub i64);

impl At {
    /// How long it is until then; zero where that has passed.
    #[must_use]
    pub fn left(self, now: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(now.0).try_into().unwrap_or(0))
    }

    /// As others write it.
    #[must_use]
    pub fn time(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl From<Timestamp> for At {
    fn from(time: Timestamp) -> Self {
        Self(time.as_microsecond())
    }
}

/// How long the machine has been up, by a clock that nobody sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uptime {
    /// Which start of the machine it counts from.
    pub boot: String,
    /// How long that is, sleep included.
    pub up: Duration,
}

impl Add<Duration> for At {
    type Output = Self;

    fn add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait.as_micros().try_into().unwrap_or(i64::MAX)))
    }
}

/// What a reply, or its absence, says about limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service let the request pass.
    Passed,
    /// It said to stay away.
    Refused {
        /// With what.
        throttle: Throttle,
        /// For how long, where it named that.
        after: Option<Duration>,
        /// What it said.
        message: Option<String>,
    },
    /// Nothing.
    Nothing,
}

impl Answer {
    /// What a failure says. One that the service answers to the request as such shows that it let it pass.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Throttled { throttle, after, message } => {
                Self::Refused { throttle: *throttle, after: *after, message: message.clone() }
            }
            Failure::NotFound { .. } => Self::Passed,
            _ => Self::Nothing,
        }
    }
}

/// How much of each limit is used, and which gates are closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The limits.
    pub limits: Limits,
    /// Session starts, for each provider.
    pub starts: Vec<Starts>,
    /// Calls of the workspace that count in this second.
    pub calls: usize,
    /// The workspace's gate, if it is not known to be open.
    pub workspace: Option<Gate>,
}

/// The session starts with one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starts {
    /// The provider.
    pub provider: Provider,
    /// Those of the workspace that count in this minute.
    pub workspace: usize,
    /// Those of every workspace.
    pub address: usize,
    /// How many processes wait for their turn.
    pub waiting: usize,
    /// The provider's gate, if it is not known to be open.
    pub gate: Option<Gate>,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limits, starts, calls, workspace } = self;
        write!(f, "{calls} of {} calls a second", limits.calls)?;
        gate(f, workspace.as_ref())?;
        for Starts { provider, workspace, address, waiting, gate: of_provider } in starts {
            let (of_workspace, of_address) = (limits.starts, limits.address_starts);
            write!(
                f,
                "; {provider}: {workspace} of {of_workspace} starts a minute, {address} of {of_address} from here"
            )?;
            write!(f, ", {waiting} waiting")?;
            gate(f, of_provider.as_ref())?;
        }
        Ok(())
    }
}

fn gate(f: &mut fmt::Formatter<'_>, gate: Option<&Gate>) -> fmt::Result {
    gate.map_or(Ok(()), |gate| write!(f, ", closed until {:.0} (HTTP {})", gate.until.time(), gate.throttle.status()))
}
