//! A provider behind the service, and the circuit breaker in front of it.

use std::time::Duration;

use jiff::Timestamp;

use super::super::moment::between;
use super::super::pace::Pace;

/// How long the breaker stays open after a first failure, and at the most. The service tells neither.
const OPEN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// Where one provider's side of the service can fail, and how it is left alone then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upstream {
    /// How long it fails from when it is first asked.
    outage: Duration,
    /// When that was.
    asked: Option<Timestamp>,
    breaker: Breaker,
    open: (Duration, Duration),
}

/// Once its time is over, an open breaker is half-open: the next start is a trial, which closes it or opens it anew. A
/// trial is answered at once here, so there is no time in which one is under way and others have to wait for it.
#[derive(Clone, Copy, Debug)]
enum Breaker {
    Closed,
    Open { from: Timestamp, lasts: Duration },
}

/// Why a start is refused, and how long until another one is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unavailable {
    /// The breaker is open, and nothing was asked.
    Open(Duration),
    /// The provider was asked and failed, and the breaker has opened.
    Failed(Duration),
}

impl Upstream {
    /// One that fails for this long from when it is first asked.
    pub(super) fn new(pace: Pace, outage: Duration) -> Self {
        let open = (pace.real(OPEN.0), pace.real(OPEN.1));
        Self { outage: pace.real(outage), asked: None, breaker: Breaker::Closed, open }
    }

    /// Whether a start would get through to the provider.
    pub(super) fn gate(&self, now: Timestamp) -> Result<(), Unavailable> {
        let Breaker::Open { from, lasts } = self.breaker else { return Ok(()) };
        match lasts.checked_sub(between(from, now)) {
            Some(left) if !left.is_zero() => Err(Unavailable::Open(left)),
            _ => Ok(()),
        }
    }

    /// Asks the provider for a session.
    pub(super) fn ask(&mut self, now: Timestamp) -> Result<(), Unavailable> {
        self.gate(now)?;
        let asked = *self.asked.get_or_insert(now);
        if between(asked, now) >= self.outage {
            self.breaker = Breaker::Closed;
            return Ok(());
        }
        let (first, longest) = self.open;
        let lasts = match self.breaker {
            Breaker::Closed => first,
            Breaker::Open { lasts, .. } => lasts.saturating_mul(2).min(longest),
        };
        self.breaker = Breaker::Open { from: now, lasts };
        Err(Unavailable::Failed(lasts))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::moment::later;
    use super::Unavailable::{Failed, Open};
    use super::*;

    fn at(millis: u64) -> Timestamp {
        later(Timestamp::UNIX_EPOCH, Duration::from_millis(millis))
    }

    fn upstream(speed: f64, outage: u64) -> Upstream {
        Upstream::new(Pace::new(speed), Duration::from_secs(outage))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// When a start comes, in milliseconds, and what it finds.
    #[test]
    fn an_outage_from_its_first_failure_to_its_end() {
        let mut upstream = upstream(1.0, 5);
        let table = [
            (1000, Err(Failed(seconds(2)))),
            (1000, Err(Open(seconds(2)))),
            (2999, Err(Open(Duration::from_millis(1)))),
            (3000, Err(Failed(seconds(4)))),
            (3000, Err(Open(seconds(4)))),
            (6999, Err(Open(Duration::from_millis(1)))),
            (7000, Ok(())),
            (7000, Ok(())),
            (7001, Ok(())),
        ];
        for (millis, answer) in table {
            assert_eq!(upstream.ask(at(millis)), answer, "at {millis} ms");
        }
    }

    #[test]
    fn each_failed_trial_doubles_the_wait_up_to_a_minute() {
        let mut upstream = upstream(1.0, 1000);
        let mut now = 0;
        for wait in [2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(upstream.ask(at(now)), Err(Failed(seconds(wait))));
            now += wait * 1000;
        }
    }

    #[test]
    fn a_trial_that_succeeds_closes_it_for_good() {
        let mut upstream = upstream(1.0, 3);
        assert_eq!(upstream.ask(at(0)), Err(Failed(seconds(2))));
        assert_eq!(upstream.ask(at(3000)), Ok(()));
        assert_eq!(upstream.gate(at(0)), Ok(()), "a clock set back opens nothing");
    }

    #[test]
    fn looking_at_the_gate_is_no_trial() {
        let mut upstream = upstream(1.0, 5);
        assert_eq!(upstream.ask(at(0)), Err(Failed(seconds(2))));
        for _ in 0..2 {
            assert_eq!(upstream.gate(at(1999)), Err(Open(Duration::from_millis(1))));
            assert_eq!(upstream.gate(at(2000)), Ok(()));
        }
        assert_eq!(upstream.ask(at(2000)), Err(Failed(seconds(4))));
    }

    #[test]
    fn one_without_an_outage_never_fails() {
        let mut upstream = upstream(1.0, 0);
        assert_eq!([0, 0, 1, 60_000].map(|millis| upstream.ask(at(millis))), [Ok(()); 4]);
    }

    #[test]
    fn all_of_it_runs_faster() {
        let mut upstream = upstream(10.0, 5);
        assert_eq!(upstream.ask(at(0)), Err(Failed(Duration::from_millis(200))));
        assert_eq!(upstream.ask(at(200)), Err(Failed(Duration::from_millis(400))));
        assert_eq!(upstream.ask(at(600)), Ok(()));
    }
}
