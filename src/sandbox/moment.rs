//! Arithmetic on points in time that cannot overflow, and how the API writes them.

use std::time::Duration;

use jiff::Timestamp;

/// This long after a point in time, or the last representable one.
pub(super) fn later(than: Timestamp, by: Duration) -> Timestamp {
    than.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// This long before a point in time, or the first representable one.
pub(super) fn earlier(than: Timestamp, by: Duration) -> Timestamp {
    than.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// How long from one point to the other; zero where the second comes first, as when the clock was set back.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// Cut to whole milliseconds, the resolution of the API, so that a time survives being written and read again.
pub(super) fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Seconds, rounded up and at least one: what `Retry-After` says.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    seconds.max(1)
}

/// ISO 8601 in UTC with milliseconds and a `Z`, as in the examples of the service's `OpenAPI` document.
pub(super) fn iso(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_a_z() {
        assert_eq!(iso(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(later(Timestamp::UNIX_EPOCH, Duration::from_millis(1500))), "1970-01-01T00:00:01.500Z");
    }

    #[test]
    fn the_ends_of_time_are_not_passed() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(earlier(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MIN);
        assert_eq!(between(Timestamp::MAX, Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    #[test]
    fn seconds_are_rounded_up() {
        let table = [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (59_001, 60)];
        for (millis, seconds) in table {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds, "{millis} ms");
        }
    }
}
