//! How long a session has left, by the server's clock.

use std::time::Duration;

use jiff::Timestamp;

/// How long a session lives where the API does not say: ten minutes, as its documentation has it.
pub const DOCUMENTED_LIFE: Duration = Duration::from_secs(600);

/// The longest life that is believed. The documentation says ten minutes; six times that leaves it room to change.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

/// How long a session that has just been started will live.
///
/// Both times are the server's, so a local clock that is wrong does not matter. Where either is missing, or the
/// difference is not between zero and an hour, it is [`DOCUMENTED_LIFE`].
#[must_use]
pub fn life(expires_at: Option<Timestamp>, server_now: Option<Timestamp>) -> Duration {
    let (Some(end), Some(now)) = (expires_at, server_now) else { return DOCUMENTED_LIFE };
    match Duration::try_from(end.duration_since(now)) {
        Ok(life) if !life.is_zero() && life <= LONGEST_LIFE => life,
        _ => DOCUMENTED_LIFE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn life_is_reckoned_in_the_servers_clock_and_absurd_ones_are_not_believed() {
        let now = at("2026-08-01T12:00:00Z");
        for (end, now, seconds) in [
            (at("2026-08-01T12:10:00Z"), now, 600),
            (at("2026-08-01T12:00:02Z"), now, 2),
            (at("2026-08-01T14:05:00+02:00"), now, 300),
            (at("2026-08-01T13:00:00Z"), now, 3600),
            (at("2026-08-01T13:00:01Z"), now, 600),
            (at("2026-08-01T12:00:00Z"), now, 600),
            (at("2026-08-01T11:59:00Z"), now, 600),
            (at("1970-01-01T00:00:00Z"), now, 600),
            (None, now, 600),
            (at("2026-08-01T12:05:00Z"), None, 600),
        ] {
            assert_eq!(life(end, now), Duration::from_secs(seconds), "{end:?} {now:?}");
        }
    }
}
