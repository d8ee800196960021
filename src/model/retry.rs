//! How long to stay away after a failure: `Retry-After`, and backoff where the service names no time.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// The shortest and the longest `Retry-After` that is believed. Zero or a date in the past would mean hammering; the
/// longest block that the API documents is 24 hours: after those it is worth asking again, whatever was said.
const RETRY_AFTER_BOUNDS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(24 * 3600));

/// Reads a `Retry-After` header, in seconds or as an HTTP date (RFC 9110, 10.2.3).
///
/// A date is measured against `now`, which is the server's own where its reply carried a `Date`. The answer lies
/// between a second and a day; none where the header says neither.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let (shortest, longest) = RETRY_AFTER_BOUNDS;
    let wait = if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        header.parse().map_or(longest, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(header).ok()?;
        until.duration_since(SystemTime::from(now)).unwrap_or(shortest)
    };
    Some(wait.clamp(shortest, longest))
}

/// Exponential backoff: the wait doubles with each failure in a row, up to a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub ceiling: Duration,
}

impl Backoff {
    /// The wait after this many failures in a row (1 is the first). `jitter`, from 0 to 1, takes up to half of it
    /// away, so that processes which failed together do not come back together.
    #[must_use]
    pub fn wait(self, failures: u32, jitter: f64) -> Duration {
        self.longest(failures).mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// The same with full jitter: any part of it, from nothing at 0 to all of it at 1.
    #[must_use]
    pub fn full(self, failures: u32, jitter: f64) -> Duration {
        self.longest(failures).mul_f64(jitter.clamp(0.0, 1.0))
    }

    fn longest(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_always_bounded() {
        let now: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        for (header, seconds) in [
            ("42", Some(42)),
            (" 42 ", Some(42)),
            ("0", Some(1)),
            ("1800", Some(1800)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(1)),
            ("Tue, 31 Dec 2199 23:59:59 GMT", Some(86_400)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(header, now), seconds.map(Duration::from_secs), "{header:?}");
        }
    }

    #[test]
    fn backoff_doubles_to_its_ceiling_and_jitter_takes_at_most_half() {
        let backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(30) };
        let seconds = |failures, jitter| backoff.wait(failures, jitter).as_secs_f64();
        for (failures, full) in [(0, 1.0), (1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (u32::MAX, 30.0)] {
            assert!((seconds(failures, 0.0) - full).abs() < 1e-9, "{failures}");
            assert!((seconds(failures, 1.0) - full / 2.0).abs() < 1e-9, "{failures}");
        }
    }
}
