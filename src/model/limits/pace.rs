//! When a call may leave: one after the other, evenly, and never more in a second than the service takes.

use std::time::Duration;

use super::{At, Limits};

/// For how long a call counts after its reply. The service's second, and a little more, since its clock need not run as
/// ours does.
pub const CALL_WINDOW: Duration = Duration::from_millis(1_010);

/// How much of the limit is used as a rule, in percent. The rest is for calls that cannot wait.
const USED: usize = 90;

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
    let step = Duration::from_micros(100_000_000 / u64::try_from(limits.calls * USED).unwrap_or(u64::MAX).max(1));
    let counted = &done[done.partition_point(|done| *done + CALL_WINDOW <= now)..];
    // So many turns nobody gives out: the clock was set back since.
    let turn = if next.left(now) > LONGEST_LINE { now } else { next.max(now) };
    let (at, next) = match place {
        // What the next turn has been put off to is counted from the first of those that leave at once.
        Place::New => (now + turn.left(now).saturating_sub(step * (AT_ONCE - 1)), turn + step),
        Place::Given => (now, turn),
        Place::First => (now, turn + step),
    };
    let room = counted.len().checked_sub(limits.calls).map(|excess| counted[excess].min(now) + CALL_WINDOW);
    match room {
        // It comes back without a turn.
        Some(room) if place == Place::First => Slot::Later { at: room, next: turn },
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
        let step = 111_111;
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
        for place in [Place::New, Place::Given, Place::First] {
            assert!(matches!(slot(LIMITS, ms(500), ms(0), &out(9), place), Slot::Now(_)), "{place:?}");
            let full = slot(LIMITS, ms(500), ms(0), &out(10), place);
            assert!(matches!(full, Slot::Later { at, .. } if at == ms(1010)), "{place:?} {full:?}");
            // More than there may be: enough of them have to go.
            let over = slot(LIMITS, ms(500), ms(0), &out(12), place);
            assert!(matches!(over, Slot::Later { at, .. } if at == ms(1030)), "{place:?} {over:?}");
            assert!(matches!(slot(LIMITS, ms(1010), ms(0), &out(10), place), Slot::Now(_)), "{place:?}");
            // Those on their way are reckoned to be answered now.
            let flying = vec![ms(9000); 10];
            let held = slot(LIMITS, ms(500), ms(0), &flying, place);
            assert!(matches!(held, Slot::Later { at, .. } if at == ms(1510)), "{place:?} {held:?}");
        }
    }
}
