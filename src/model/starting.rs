//! What to do when a session cannot be started yet, as a pure decision.
//!
//! Trying again costs nothing but a session that expires by itself: an init reply that was lost held no result.

use std::time::Duration;

use super::failure::Failure;
use super::poll::Why;
use super::retry::Backoff;

/// How often a fault that is likely to pass is tried again.
const MOST_RETRIES: u32 = 3;

/// Between those: half a second, one, two, each less up to half.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), ceiling: Duration::from_secs(2) };

/// The least that a limit or an outage is waited for: a second, and twice as long each time.
const THROTTLE: Backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(60) };

/// The attempts to start one session.
#[derive(Clone, Copy, Debug)]
pub struct Starting {
    retries: u32,
    throttles: u32,
    patience: Duration,
}

impl Starting {
    /// Begins. `patience` is the longest that limits and outages are waited for, all together.
    #[must_use]
    pub const fn begin(patience: Duration) -> Self {
        Self { retries: 0, throttles: 0, patience }
    }

    /// How long to wait before trying again after this failure, and why; none where it is final. `jitter` is a
    /// random number from 0 to 1.
    pub fn next(&mut self, failure: &Failure, jitter: f64) -> Option<(Duration, Why)> {
        if let Failure::Throttled { after, .. } = failure {
            self.throttles += 1;
            let own = THROTTLE.wait(self.throttles, jitter);
            let wait = after.map_or(own, |after| after.max(own));
            self.patience = self.patience.checked_sub(wait)?;
            return Some((wait, failure.why()));
        }
        if !failure.passes() || self.retries == MOST_RETRIES {
            return None;
        }
        self.retries += 1;
        Some((RETRY.wait(self.retries, jitter), failure.why()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::{NetworkKind, Throttle};

    fn throttled(after: Option<u64>) -> Failure {
        Failure::Throttled { throttle: Throttle::Limit, after: after.map(Duration::from_secs), message: None }
    }

    fn waits(patience: u64, failures: impl IntoIterator<Item = Failure>) -> Vec<Option<u64>> {
        let mut starting = Starting::begin(Duration::from_secs(patience));
        let millis =
            |failure: Failure| starting.next(&failure, 0.0).map(|(wait, _)| wait.as_millis().try_into().unwrap());
        failures.into_iter().map(millis).collect()
    }

    #[test]
    fn a_limit_is_waited_for_as_long_as_patience_lasts() {
        assert_eq!(
            waits(120, [throttled(Some(60)), throttled(Some(60)), throttled(Some(1))]),
            [Some(60_000), Some(60_000), None]
        );
        assert_eq!(waits(120, [throttled(Some(121))]), [None]);
        assert_eq!(waits(0, [throttled(Some(1))]), [None]);
        assert_eq!(waits(0, [throttled(None)]), [None]);
    }

    #[test]
    fn a_limit_that_keeps_saying_one_second_is_not_believed_for_long() {
        let told = waits(120, vec![throttled(Some(1)); 8]);
        assert_eq!(told, [1, 2, 4, 8, 16, 32, 0, 0].map(|s| (s > 0).then_some(s * 1000)));
    }

    #[test]
    fn what_passes_is_tried_again_three_times_and_the_rest_never() {
        let network = |kind| Failure::Network { kind, detail: String::new(), sent: true };
        let server = Failure::Status { status: 500, message: None, own: true };
        assert_eq!(waits(0, vec![server; 4]), [Some(500), Some(1000), Some(2000), None]);
        assert_eq!(waits(0, [network(NetworkKind::Dns)]), [Some(500)]);
        for failure in [
            network(NetworkKind::Tls),
            network(NetworkKind::ProxyLogin),
            Failure::Status { status: 400, message: None, own: true },
            Failure::Status { status: 302, message: None, own: true },
            Failure::Unusable { what: String::new() },
            Failure::NotFound { message: None },
        ] {
            assert_eq!(waits(600, [failure.clone()]), [None], "{failure:?}");
        }
    }
}
