//! This machine's clock against the service's.
//!
//! A session's end is reckoned in the service's clock alone, so a clock that is wrong here shortens no wait. But every time
//! that is told is by it: `expires_at` of an event, which a script may hold against this clock, is off by as much, and so
//! are the times of day until which something is to be left alone. A script that is five minutes wrong misses half of a
//! session's life; and from hours on certificates seem to be over or not to have begun.

use jiff::SignedDuration;

use super::{Check, Name};
use crate::exit::Outcome;
use crate::model::server_clock::Ahead;
use crate::model::words::length;

/// From here on times that are told are noticeably wrong.
const NOTICEABLE: SignedDuration = SignedDuration::from_secs(5);

/// From here on half of a session's life is missed by whoever goes by this clock.
const HALF_A_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// Judges what the reply's `Date` shows; none where it had none.
#[must_use]
pub fn judge(ahead: Option<Ahead>) -> Check {
    let Some(ahead) = ahead else {
        return Check::ok(Name::Clock, "cannot be told: the reply had no Date");
    };
    // As little as it may be: a reply may have been slow.
    let off = match () {
        () if ahead.least > SignedDuration::ZERO => ahead.least,
        () if ahead.most < SignedDuration::ZERO => ahead.most,
        () => SignedDuration::ZERO,
    };
    let way = if off.is_negative() { "ahead of" } else { "behind" };
    let follows = if off.is_negative() { "gives up too soon" } else { "waits too long" };
    let told = length(off.unsigned_abs());
    let check = match off.abs() {
        off if off >= HALF_A_LIFE => Check::failed(
            Name::Clock,
            Outcome::Internal,
            format!("{told} {way} the service's: whoever goes by a session's expires_at here {follows}"),
        ),
        off if off >= NOTICEABLE => Check::warning(
            Name::Clock,
            format!("{told} {way} the service's: times that are told here are wrong by that"),
        ),
        off if off > SignedDuration::from_secs(1) => Check::ok(Name::Clock, format!("{told} {way} the service's")),
        _ => Check::ok(Name::Clock, "agrees with the service's"),
    };
    let check = check.fact("behind_seconds", off.as_secs());
    if off.abs() < NOTICEABLE {
        return check;
    }
    check
        .mend("Set this machine's clock, best by the network: timedatectl set-ntp true, or the system's date settings.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::State;

    #[test]
    fn seconds_are_told_and_minutes_fail() {
        let failed = State::Failed(Outcome::Internal);
        for (least, most, state, says) in [
            (-300, 900, State::Ok, "agrees"),
            (900, 1900, State::Ok, "agrees"),
            (1500, 2500, State::Ok, "2 s behind the service's"),
            (4999, 6000, State::Ok, "5 s behind"),
            (5000, 6000, State::Warning, "5 s behind"),
            (-7000, -6000, State::Warning, "6 s ahead of"),
            (299_999, 301_000, State::Warning, "5 min behind"),
            (300_000, 301_000, failed, "5 min behind"),
            (-3_601_000, -3_600_000, failed, "1 h ahead of"),
        ] {
            let millis = SignedDuration::from_millis;
            let check = judge(Some(Ahead { least: millis(least), most: millis(most) }));
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(says), "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok, "{check:?}");
        }
        assert_eq!(judge(None).state, State::Ok);
    }
}
