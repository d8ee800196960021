//! What to do when a session cannot be started yet, as a pure decision.
//!
//! Trying again costs nothing but a session that expires by itself: an init reply that was lost held no result.

use std::time::Duration;

use super::failure::Failure;
use super::limits::Cause;
use super::poll::Why;
use super::retry::Backoff;

/// How often a fault that is likely to pass is tried again for one session.
const MOST_RETRIES: u32 = 3;

/// Between those: half a second, one, two, each less up to half.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), ceiling: Duration::from_secs(2) };

/// And where many sessions are to be started: from a second, doubled each time, to half a minute.
const LASTING_RETRY: Backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(30) };

/// Longer than any line is.
const ANY_LINE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The attempts to start one session.
#[derive(Clone, Copy, Debug)]
pub struct Starting {
    retries: u32,
    patience: Duration,
    lasting: bool,
}

impl Starting {
    /// Begins. `patience` is the longest that limits and outages are waited for, all together.
    #[must_use]
    pub const fn begin(patience: Duration) -> Self {
        Self { retries: 0, patience, lasting: false }
    }

    /// The same for one of many: a turn in the line is waited for however long it takes, and a fault that is likely to pass
    /// as long as an outage.
    #[must_use]
    pub const fn lasting(patience: Duration) -> Self {
        Self { lasting: true, ..Self::begin(patience) }
    }

    /// How much longer a place in the line is waited for.
    #[must_use]
    pub const fn line(&self) -> Duration {
        if self.lasting { ANY_LINE } else { self.patience }
    }

    /// How much longer this is waited for.
    #[must_use]
    pub const fn patience(&self, cause: &Cause) -> Duration {
        if matches!(cause, Cause::Told { .. }) { self.patience } else { self.line() }
    }

    /// The same after such a wait.
    pub fn waited(&mut self, cause: &Cause, wait: Duration) {
        if !self.lasting || matches!(cause, Cause::Told { .. }) {
            self.patience = self.patience.saturating_sub(wait);
        }
    }

    /// The same after the wait that [`Self::next`] asked for.
    pub fn rested(&mut self, wait: Duration) {
        if self.lasting {
            self.patience = self.patience.saturating_sub(wait);
        }
    }

    /// How long to wait before trying again after this failure, and why; none where it is final. After a limit or an
    /// outage it is the service's gate that says. `jitter` is a random number from 0 to 1.
    pub fn next(&mut self, failure: &Failure, jitter: f64) -> Option<(Duration, Why)> {
        if let Failure::Throttled { .. } = failure {
            return Some((Duration::ZERO, failure.why()));
        }
        let is_enough = if self.lasting { self.patience.is_zero() } else { self.retries == MOST_RETRIES };
        if !failure.passes() || is_enough {
            return None;
        }
        self.retries += 1;
        let retry = if self.lasting { LASTING_RETRY } else { RETRY };
        Some((retry.wait(self.retries, jitter), failure.why()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::{NetworkKind, Throttle};

    fn waits(failures: impl IntoIterator<Item = Failure>) -> Vec<Option<u64>> {
        let mut starting = Starting::begin(Duration::ZERO);
        let millis =
            |failure: Failure| starting.next(&failure, 0.0).map(|(wait, _)| wait.as_millis().try_into().unwrap());
        failures.into_iter().map(millis).collect()
    }

    #[test]
    fn limits_are_waited_for_as_long_as_patience_lasts_and_are_no_failures() {
        let told = Cause::Told {
            throttle: Throttle::Limit,
            since: jiff::Timestamp::UNIX_EPOCH,
            provider: None,
            message: None,
            named: true,
        };
        let turn = Cause::Calls { turn: None };
        let mut starting = Starting::begin(Duration::from_secs(120));
        starting.waited(&turn, Duration::from_secs(50));
        assert_eq!([starting.patience(&told), starting.line()], [Duration::from_secs(70); 2]);
        starting.waited(&told, Duration::from_secs(80));
        assert_eq!([starting.patience(&turn), starting.line()], [Duration::ZERO; 2]);
        // One of many waits for its turn as long as it takes.
        let mut starting = Starting::lasting(Duration::from_secs(120));
        starting.waited(&turn, Duration::from_secs(5000));
        starting.waited(&told, Duration::from_secs(50));
        assert_eq!([starting.patience(&told), starting.patience(&turn)], [Duration::from_secs(70), ANY_LINE]);
        let throttled = Failure::Throttled { throttle: Throttle::Limit, after: None, message: None };
        assert_eq!(waits(vec![throttled; 9]), [Some(0); 9]);
    }

    #[test]
    fn of_many_each_tries_again_for_as_long_as_an_outage_is_waited_for() {
        let server = Failure::Status { status: 500, message: None, own: true };
        let mut starting = Starting::lasting(Duration::from_secs(40));
        let mut waits = Vec::new();
        while let Some((wait, _)) = starting.next(&server, 0.0) {
            starting.rested(wait);
            waits.push(wait.as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30]);
        assert_eq!(starting.next(&Failure::NotFound { message: None }, 0.0), None);
    }

    #[test]
    fn what_passes_is_tried_again_three_times_and_the_rest_never() {
        let network = |kind| Failure::Network { kind, detail: String::new(), sent: true };
        let server = Failure::Status { status: 500, message: None, own: true };
        assert_eq!(waits(vec![server; 4]), [Some(500), Some(1000), Some(2000), None]);
        assert_eq!(waits([network(NetworkKind::Dns)]), [Some(500)]);
        for failure in [
            network(NetworkKind::Tls),
            network(NetworkKind::ProxyLogin),
            Failure::Status { status: 400, message: None, own: true },
            Failure::Status { status: 302, message: None, own: true },
            Failure::Unusable { what: String::new() },
            Failure::NotFound { message: None },
        ] {
            assert_eq!(waits([failure.clone()]), [None], "{failure:?}");
        }
    }
}
