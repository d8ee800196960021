//! When a call may leave: one after the other, evenly, and never more in a second than the service takes.

use std::time::Duration;

use super::{At, Limits};

/// For how long a call counts after its reply. The service's second, and a little more, since its clock need not run as
/// ours does.
pub const CALL_WINDOW: Duration = Duration::from_micros(WINDOW_MICROS);
const WINDOW_MICROS: u64 = 1_010_000;

/// How much of the limit is used as a rule, in percent.
const USED: usize = 90;

/// How much of it is used where replies take very long, in percent.
const SLOWEST: usize = 10;

/// How much of it may be, where calls leave later than they were to, in percent. The rest is for those that cannot wait.
const USABLE: usize = 95;

/// The longest that anybody is told to wait for a turn: a session's life.
const LONGEST_LINE: Duration = Duration::from_secs(600);

/// How many may leave at once, where not many have before.
const AT_ONCE: u32 = 5;

/// How a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its turn, which is given when it is asked for.
    New,
    /// In the turn that it was given.
    Given,
    /// Before all others: a session's last poll, or a start, which has waited for its turn elsewhere.
    First,
}

/// What a call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// To leave now. The next turn is at this time.
    Now(At),
    /// To leave at this time, in the turn that it is given with it. The next turn is after that.
    Later {
        /// Its own.
        at: At,
        /// The next.
        next: At,
    },
}

/// When a call may leave. `next` is when the next turn is; `done` tells when the replies to the calls that count were in,
/// or, where they are not, until when they may be, the earliest first.
#[must_use]
pub fn slot(limits: Limits, now: At, next: At, done: &[At], place: Place) -> Slot {
    let counted = &done[done.partition_point(|done| *done + CALL_WINDOW <= now)..];
    let flying = done.len() - done.partition_point(|done| *done <= now);
    // The longer replies take, the more calls count that have not been answered, and the fewer may follow in a second.
    let often = (limits.calls * USED / 100).saturating_sub(flying).max(limits.calls * SLOWEST / 100).max(1);
    let step = Duration::from_micros(WINDOW_MICROS / u64::try_from(often).unwrap_or(u64::MAX));
    // So many turns nobody gives out: the clock was set back since.
    let turn = if next.left(now) > LONGEST_LINE { now } else { next.max(now) };
    let (at, next) = match place {
        // What the next turn has been put off to is counted from the first of those that leave at once.
        Place::New => (now + turn.left(now).saturating_sub(step * (AT_ONCE - 1)), turn + step),
        Place::Given => (now, turn),
        Place::First => (now, turn + step),
    };
    let most = if place == Place::First { limits.calls } else { (limits.calls * USABLE / 100).max(1) };
    let room = counted.len().checked_sub(most).map(|excess| counted[excess].min(now) + CALL_WINDOW);
    match room {
        // It comes back without a turn.
        Some(room) if place == Place::First => Slot::Later { at: room, next: turn },
        // Replies take so long that turns come too fast: those that are yet to be given out are put off.
        Some(room) if place == Place::Given => Slot::Later { at: room, next: turn + step },
        Some(room) => Slot::Later { at: at.max(room), next },
        None if at <= now => Slot::Now(next),
        None => Slot::Later { at, next },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { starts: 75, address_starts: 150, calls: 10 };

    fn ms(millis: i64) -> At {
        At(millis * 1000)
    }

    #[test]
    fn calls_leave_one_after_the_other() {
        // Nine in ten of ten a second.
        let step = 112_222;
        for (now, next, place, slot_of_it) in [
            (0, 0, Place::New, Slot::Now(At(step))),
            (500, 0, Place::New, Slot::Now(At(500_000 + step))),
            // A few at once.
            (0, 400, Place::New, Slot::Now(At(400_000 + step))),
            (0, 500, Place::New, Slot::Later { at: At(500_000 - 4 * step), next: At(500_000 + step) }),
            // Each turn is given once.
            (300, 700, Place::Given, Slot::Now(ms(700))),
            (0, 700_000, Place::New, Slot::Now(At(step))),
            // What cannot wait takes one that is to come.
            (0, 300, Place::First, Slot::Now(At(300_000 + step))),
        ] {
            assert_eq!(slot(LIMITS, ms(now), ms(next), &[], place), slot_of_it, "{now} {next} {place:?}");
        }
    }

    #[test]
    fn no_more_leave_than_the_second_holds() {
        let out = |count: i64| (0..count).map(|number| ms(number * 10)).collect::<Vec<_>>();
        // One of ten is for those that cannot wait.
        for (place, most) in [(Place::New, 9), (Place::Given, 9), (Place::First, 10)] {
            let at = |now, next, done: &[At]| match slot(LIMITS, ms(now), ms(next), done, place) {
                Slot::Now(_) => None,
                Slot::Later { at, .. } => Some(at),
            };
            assert_eq!(at(500, 0, &out(most - 1)), None, "{place:?}");
            assert_eq!(at(500, 0, &out(most)), Some(ms(1010)), "{place:?}");
            // More than there may be: enough of them have to go.
            assert_eq!(at(500, 0, &out(most + 2)), Some(ms(1030)), "{place:?}");
            assert_eq!(at(1010, 0, &out(most)), None, "{place:?}");
            // Those on their way are reckoned to be answered now.
            assert_eq!(at(500, 0, &vec![ms(9000); usize::try_from(most).unwrap()]), Some(ms(1510)), "{place:?}");
        }
        // The more of them there are, the later comes the next turn.
        let steps =
            [1, 4, 8, 20].map(|flying| match slot(LIMITS, ms(0), ms(5000), &vec![ms(9000); flying], Place::New) {
                Slot::Later { next, .. } => next.left(ms(5000)).as_millis(),
                Slot::Now(_) => 0,
            });
        assert_eq!(steps, [126, 202, 1010, 1010]);
        // Whoever had a turn and finds no room puts off those to come.
        let full = slot(LIMITS, ms(500), ms(700), &out(9), Place::Given);
        assert_eq!(full, Slot::Later { at: ms(1010), next: At(700_000 + 112_222) });
    }
}
