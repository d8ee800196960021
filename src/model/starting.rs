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

/// The attempts to start one session.
#[derive(Clone, Copy, Debug)]
pub struct Starting {
    retries: u32,
    patience: Duration,
}

impl Starting {
    /// Begins. `patience` is the longest that limits and outages are waited for, all together.
    #[must_use]
    pub const fn begin(patience: Duration) -> Self {
        Self { retries: 0, patience }
    }

    /// How much longer limits and outages are waited for.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// The same after such a wait.
    pub const fn waited(&mut self, wait: Duration) {
        self.patience = self.patience.saturating_sub(wait);
    }

    /// How long to wait before trying again after this failure, and why; none where it is final. After a limit or an
    /// outage it is the service's gate that says. `jitter` is a random number from 0 to 1.
    pub fn next(&mut self, failure: &Failure, jitter: f64) -> Option<(Duration, Why)> {
        if let Failure::Throttled { .. } = failure {
            return Some((Duration::ZERO, failure.why()));
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

    fn waits(failures: impl IntoIterator<Item = Failure>) -> Vec<Option<u64>> {
        let mut starting = Starting::begin(Duration::ZERO);
        let millis =
            |failure: Failure| starting.next(&failure, 0.0).map(|(wait, _)| wait.as_millis().try_into().unwrap());
        failures.into_iter().map(millis).collect()
    }

    #[test]
    fn limits_are_waited_for_as_long_as_patience_lasts_and_are_no_failures() {
        let mut starting = Starting::begin(Duration::from_secs(120));
        starting.waited(Duration::from_secs(50));
        assert_eq!(starting.patience(), Duration::from_secs(70));
        starting.waited(Duration::from_secs(80));
        assert_eq!(starting.patience(), Duration::ZERO);
        let throttled = Failure::Throttled { throttle: Throttle::Limit, after: None, message: None };
        assert_eq!(waits(vec![throttled; 9]), [Some(0); 9]);
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
