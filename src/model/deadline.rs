//! How long a session has left, by the server's clock.

use std::time::Duration;

use jiff::Timestamp;

/// How long a session lives where the API does not say: ten minutes, as its documentation has it.
pub const DOCUMENTED_LIFE: Duration = Duration::from_secs(600);

/// The longest life that is believed. The documentation says ten minutes; six times that leaves it room to change.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

/// When a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// How long it lives from when the reply that started it came in: more than zero, at most an hour.
    pub life: Duration,
    /// The time of day to name: the API's own word where there is reason to believe it.
    pub at: Timestamp,
}

/// When a session that has just been started ends. `now` is this machine's time of day.
///
/// The life is the difference of two times of the server's, so a local clock that is wrong does not matter. Where either
/// is missing, or the difference is not between zero and an hour, it is [`DOCUMENTED_LIFE`].
#[must_use]
pub fn expiry(expires_at: Option<Timestamp>, server_now: Option<Timestamp>, now: Timestamp) -> Expiry {
    let said = expires_at.zip(server_now).map(|(end, now)| Duration::try_from(end.duration_since(now)));
    let believed = said.and_then(Result::ok).filter(|life| !life.is_zero() && *life <= LONGEST_LIFE);
    let life = believed.unwrap_or(DOCUMENTED_LIFE);
    // Without the server's clock there is nothing to doubt its word with.
    let word = expires_at.filter(|_| believed.is_some() || server_now.is_none());
    Expiry { life, at: word.unwrap_or_else(|| now.saturating_add(life).unwrap_or(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn life_is_reckoned_in_the_servers_clock_and_absurd_ones_are_not_believed() {
        let server = at("2026-08-01T12:00:00Z");
        let local = "2031-01-01T00:00:00Z".parse().unwrap();
        let reckoned = "2031-01-01T00:10:00Z";
        for (end, server, seconds, shown) in [
            (at("2026-08-01T12:10:00Z"), server, 600, "2026-08-01T12:10:00Z"),
            (at("2026-08-01T12:00:02Z"), server, 2, "2026-08-01T12:00:02Z"),
            (at("2026-08-01T14:05:00+02:00"), server, 300, "2026-08-01T12:05:00Z"),
            (at("2026-08-01T13:00:00Z"), server, 3600, "2026-08-01T13:00:00Z"),
            (at("2026-08-01T13:00:01Z"), server, 600, reckoned),
            (at("2026-08-01T12:00:00Z"), server, 600, reckoned),
            (at("2026-08-01T11:59:00Z"), server, 600, reckoned),
            (at("1970-01-01T00:00:00Z"), server, 600, reckoned),
            (None, server, 600, reckoned),
            (at("2026-08-01T12:05:00Z"), None, 600, "2026-08-01T12:05:00Z"),
            (None, None, 600, reckoned),
        ] {
            let expiry = expiry(end, server, local);
            assert_eq!(expiry.life, Duration::from_secs(seconds), "{end:?} {server:?}");
            assert_eq!(expiry.at.to_string(), shown, "{end:?} {server:?}");
        }
    }
}
