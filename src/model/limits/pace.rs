//! When a call may leave: one after the other, evenly, and never more in a second than the service takes.
//!
//! Whoever comes is given a turn, on a clock of its own that stands still for as long as no call may leave. So where
//! replies are slow all turns are put off together: their order stays, and so does what is between them.

use std::time::Duration;

use super::{At, Limits};

/// For how long a call counts after its reply. The service's second, and a little more, since its clock need not run as
/// ours does.
pub const CALL_WINDOW: Duration = Duration::from_millis(1_010);

/// How much of the limit is used as a rule, in percent.
const USED: usize = 90;

/// How much of it may be, where calls leave later than they were to, in percent. The rest is for those that cannot wait.
const USABLE: usize = 95;

/// How many may leave at once, where not many have before: these, or a part of the limit, in percent.
const AT_ONCE: usize = 5;
const PART_AT_ONCE: usize = 5;

/// The longest that anybody is told to wait for a turn: a session's life.
const LONGEST_LINE: Duration = Duration::from_secs(600);

/// How a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a turn, which is given when it is asked for.
    New,
    /// In this turn, which it was given.
    Given(Turn),
    /// Before all others: a session's last poll, or a start, which has waited for its turn elsewhere.
    First,
}

/// A turn: a time on the clock that can stand still, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn(pub i64);

/// Which turns were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The next one, in microseconds.
    pub next: i64,
    /// For how long the clock has stood still so far, in microseconds. Less than nothing where this machine's was set back.
    pub stood: i64,
    /// When it was last looked at.
    pub seen: At,
}

impl Pace {
    /// None was given yet.
    pub const NEW: Self = Self { next: 0, stood: 0, seen: At(0) };

    /// The time on its clock.
    const fn clock(self, now: At) -> i64 {
        now.0.saturating_sub(self.stood)
    }
}

/// What a call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// To leave now.
    Now,
    /// To ask again at about this time.
    Later {
        /// When.
        at: At,
        /// Its turn, if it has one.
        turn: Option<Turn>,
    },
}

/// How many calls have room in a second that are given a turn.
#[must_use]
pub fn room(limits: Limits) -> usize {
    (limits.calls * USABLE / 100).max(1)
}

/// When a call may leave, and which turns are given then. `done` tells when the replies to the calls that count were in, or,
/// where they are not, until when they may be, the earliest first.
#[must_use]
pub fn slot(limits: Limits, now: At, pace: Pace, done: &[At], comes: Place) -> (Slot, Pace) {
    let mut pace = pace;
    // This machine's clock was set back: the turns follow it.
    pace.stood -= pace.seen.left(now).as_micros().try_into().unwrap_or(i64::MAX);
    pace.seen = now;
    let step = i64::try_from(100_000_000 / (limits.calls * USED).max(1)).unwrap_or(i64::MAX);
    let clock = pace.clock(now);
    let longest = i64::try_from(LONGEST_LINE.as_micros()).unwrap_or(i64::MAX);
    let last = clock.saturating_add(longest);
    if pace.next > last {
        pace.next = clock;
    }
    let turn = match comes {
        Place::Given(turn) if turn.0 <= last => Some(turn),
        // It is a turn of another pace, if it is one.
        Place::New | Place::Given(_) => {
            let turn = pace.next.max(clock);
            pace.next = turn + step;
            // The first of those that leave at once is the last that has to wait for nothing.
            let at_once = AT_ONCE.max(limits.calls * PART_AT_ONCE / 100);
            let ahead = i64::try_from(at_once - 1).unwrap_or(0).saturating_mul(step);
            Some(Turn((turn - ahead).max(clock)))
        }
        Place::First => None,
    };
    let until = turn.map_or(0, |Turn(turn)| turn - clock).max(0);
    if until > 0 {
        return (Slot::Later { at: now + Duration::from_micros(until.unsigned_abs()), turn }, pace);
    }
    let counted = &done[done.partition_point(|done| *done + CALL_WINDOW <= now)..];
    let most = if comes == Place::First { limits.calls } else { room(limits) };
    if let Some(excess) = counted.len().checked_sub(most) {
        let at = counted[excess].min(now) + CALL_WINDOW;
        if turn.is_some() {
            pace.stood += i64::try_from(at.left(now).as_micros()).unwrap_or(i64::MAX);
        }
        return (Slot::Later { at, turn }, pace);
    }
    if comes == Place::First {
        pace.next = pace.next.max(clock) + step;
    }
    (Slot::Now, pace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { starts: 75, address_starts: 150, calls: 10 };
    /// Nine in ten of ten a second.
    const STEP: i64 = 111_111;

    fn ms(millis: i64) -> At {
        At(millis * 1000)
    }

    /// Calls that were answered, a hundredth of a second after each other.
    fn out(count: i64) -> Vec<At> {
        (0..count).map(|number| ms(number * 10)).collect()
    }

    #[test]
    fn a_few_leave_at_once_and_then_one_after_the_other() {
        let mut pace = Pace::NEW;
        let mut turns = Vec::new();
        for _ in 0..8 {
            let (slot, then) = slot(LIMITS, ms(500), pace, &[], Place::New);
            turns.push(match slot {
                Slot::Now => 0,
                Slot::Later { at, .. } => at.0 - 500_000,
            });
            pace = then;
        }
        assert_eq!(turns, [0, 0, 0, 0, 0, STEP, 2 * STEP, 3 * STEP]);
        // What cannot wait takes one that is to come.
        let (slot, then) = slot(LIMITS, ms(500), pace, &[], Place::First);
        assert_eq!((slot, then.next), (Slot::Now, pace.next + STEP));
    }

    #[test]
    fn a_turn_is_kept_until_it_comes() {
        let pace = Pace { next: 2_000_000, ..Pace::NEW };
        let (Slot::Later { at, turn: Some(turn) }, pace) = slot(LIMITS, ms(500), pace, &[], Place::New) else {
            panic!()
        };
        assert_eq!(at.0, 2_000_000 - 4 * STEP);
        let given = |now: At| slot(LIMITS, now, pace, &[], Place::Given(turn)).0;
        assert_eq!(given(ms(600)), Slot::Later { at, turn: Some(turn) });
        assert_eq!([given(at), given(ms(9000))], [Slot::Now; 2]);
        // So many turns nobody gives out.
        let foreign = Place::Given(Turn(700_000_000));
        assert_eq!(slot(LIMITS, ms(500), Pace::NEW, &[], foreign).0, Slot::Now);
        let far = Pace { next: 700_000_000, ..Pace::NEW };
        assert_eq!(slot(LIMITS, ms(500), far, &[], Place::New).0, Slot::Now);
    }

    #[test]
    fn no_more_leave_than_the_second_holds() {
        // One of ten is for those that cannot wait.
        for (place, most) in [(Place::New, 9), (Place::Given(Turn(0)), 9), (Place::First, 10)] {
            let at = |now, done: &[At]| match slot(LIMITS, ms(now), Pace::NEW, done, place).0 {
                Slot::Now => None,
                Slot::Later { at, .. } => Some(at),
            };
            assert_eq!(at(500, &out(most - 1)), None, "{place:?}");
            assert_eq!(at(500, &out(most)), Some(ms(1010)), "{place:?}");
            // More than there may be: enough of them have to go.
            assert_eq!(at(500, &out(most + 2)), Some(ms(1030)), "{place:?}");
            assert_eq!(at(1010, &out(most)), None, "{place:?}");
            // Those on their way are reckoned to be answered now.
            assert_eq!(at(500, &vec![ms(9000); usize::try_from(most).unwrap()]), Some(ms(1510)), "{place:?}");
        }
    }

    #[test]
    fn where_there_is_no_room_all_turns_are_put_off_together() {
        let pace = Pace { next: 1_000_000, ..Pace::NEW };
        let waits = |pace, now, turn| match slot(LIMITS, ms(now), pace, &[], Place::Given(Turn(turn))).0 {
            Slot::Now => 0,
            Slot::Later { at, .. } => at.0 / 1000 - now,
        };
        assert_eq!([700, 800].map(|turn| waits(pace, 500, turn * 1000)), [200, 300]);
        let (full, pace) = slot(LIMITS, ms(500), pace, &out(9), Place::Given(Turn(500_000)));
        assert_eq!(full, Slot::Later { at: ms(1010), turn: Some(Turn(500_000)) });
        assert_eq!([500, 700, 800].map(|turn| waits(pace, 500, turn * 1000)), [510, 710, 810]);
        assert_eq!([500, 700, 800].map(|turn| waits(pace, 1010, turn * 1000)), [0, 200, 300]);
    }

    #[test]
    fn turns_follow_a_clock_that_is_set_back() {
        let mut pace = Pace::NEW;
        for _ in 0..10 {
            pace = slot(LIMITS, ms(3_600_000), pace, &[], Place::New).1;
        }
        let wait = |now: At| match slot(LIMITS, now, pace, &[], Place::New).0 {
            Slot::Now => 0,
            Slot::Later { at, .. } => at.0 - now.0,
        };
        assert_eq!(wait(ms(3_600_000)), 6 * STEP);
        assert_eq!([3_595_000, 3_300_000, 0].map(|now| wait(ms(now))), [6 * STEP; 3]);
    }
}
