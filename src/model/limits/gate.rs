//! What the service says outranks what is counted: after a 429 or a 503 nothing is sent until the time it named.

use std::time::Duration;

use super::At;
use crate::model::failure::Throttle;
use crate::model::retry::Backoff;

/// A limit that lasts this long is a block. The shortest that the API's documentation has is half an hour; what is named is
/// what is left of it, and any other limit is over within a minute.
pub const A_BLOCK: Duration = Duration::from_secs(600);

/// Where no time is named: up to a second, and twice as much each time in a row, to a minute.
const UNNAMED: Backoff = Backoff { first: Duration::from_secs(1), ceiling: Duration::from_secs(60) };

/// Chance may say "at once"; a server that has just said no gets a moment all the same.
const A_MOMENT: Duration = Duration::from_millis(100);

/// A request was refused with a 429 or a 503.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the two.
    pub throttle: Throttle,
    /// For how long to stay away, where that was named.
    pub after: Option<Duration>,
    /// What was said.
    pub message: Option<String>,
    /// When the request had left.
    pub sent: At,
}

/// A gate that was closed, and is not known to be open again. Where there is none, it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// By what.
    pub throttle: Throttle,
    /// When.
    pub since: At,
    /// Until when nothing is sent.
    pub until: At,
    /// How often in a row: 1 at the first.
    pub strikes: u32,
    /// Whether the service named the time.
    pub named: bool,
    /// What it said.
    pub message: Option<String>,
    /// The first request since, which goes alone: until when its reply may come in.
    pub first: Option<At>,
}

/// Whether a request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Not before this time.
    Closed(At),
    /// It is the first since, and goes alone.
    First,
    /// Another is the first, and its reply is in by this time.
    Behind(At),
}

impl Gate {
    /// Closes a gate. `before` is as it was found; `jitter` is a random number from 0 to 1.
    #[must_use]
    pub fn closed(before: Option<Self>, refusal: Refusal, now: At, jitter: f64) -> Self {
        let Refusal { throttle, after, message, sent } = refusal;
        match before {
            // It was on its way when the gate closed, so this is the same refusal, and not another one in a row.
            Some(before) if sent < before.since => {
                let until = after.map_or(before.until, |after| before.until.max(now + after));
                Self { until, named: before.named || after.is_some(), ..before }
            }
            before => {
                let strikes = before.map_or(0, |before| before.strikes).saturating_add(1);
                let wait = UNNAMED.full(strikes, jitter).max(A_MOMENT);
                let wait = after.map_or(wait, |after| after.max(wait));
                let named = after.is_some();
                Self { throttle, since: now, until: now + wait, strikes, named, message, first: None }
            }
        }
    }

    /// Whether a request may pass now.
    #[must_use]
    pub fn passage(&self, now: At) -> Passage {
        match self.first {
            _ if now < self.until => Passage::Closed(self.until),
            Some(lapses) if now < lapses => Passage::Behind(lapses),
            _ => Passage::First,
        }
    }

    /// The same where the clock was set back since it closed: it holds as long again as it was to, and no longer.
    #[must_use]
    pub fn mended(self, now: At) -> Self {
        if self.since <= now {
            return self;
        }
        let until = now + self.until.left(self.since);
        Self { since: now, until, first: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> At {
        At(millis * 1000)
    }

    fn refusal(after: Option<u64>, sent: i64) -> Refusal {
        let after = after.map(Duration::from_secs);
        Refusal { throttle: Throttle::Limit, after, message: None, sent: at(sent) }
    }

    #[test]
    fn a_named_time_is_kept_and_the_first_after_it_goes_alone() {
        let gate = Gate::closed(None, refusal(Some(30), 0), at(100), 0.5);
        assert_eq!((gate.since, gate.until, gate.strikes, gate.named), (at(100), at(30_100), 1, true));
        assert_eq!(gate.passage(at(100)), Passage::Closed(at(30_100)));
        assert_eq!(gate.passage(at(30_099)), Passage::Closed(at(30_100)));
        assert_eq!(gate.passage(at(30_100)), Passage::First);
        let gate = Gate { first: Some(at(45_000)), ..gate };
        assert_eq!(gate.passage(at(30_200)), Passage::Behind(at(45_000)));
        assert_eq!(gate.passage(at(45_000)), Passage::First, "whoever was first has not come back");
    }

    #[test]
    fn without_a_time_it_is_longer_each_time_in_a_row_and_chance_takes_any_part_of_it() {
        let mut gate = None;
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..8 {
            let closed = Gate::closed(gate, refusal(None, now), at(now), 1.0);
            assert!(!closed.named);
            waits.push(closed.until.left(closed.since).as_secs());
            now += 100_000;
            gate = Some(closed);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        let wait = |jitter| {
            let closed = Gate::closed(gate.clone(), refusal(None, now), at(now), jitter);
            closed.until.left(closed.since).as_millis()
        };
        assert_eq!([0.0, 0.25, 0.5].map(wait), [100, 15_000, 30_000]);
        // One that keeps saying a second is not believed for long.
        let told = Gate::closed(gate, refusal(Some(1), now), at(now), 0.5);
        assert_eq!(told.until.left(told.since).as_secs(), 30);
    }

    #[test]
    fn those_on_their_way_make_it_no_worse() {
        let gate = Gate::closed(None, refusal(None, 0), at(100), 1.0);
        let again = Gate::closed(Some(gate.clone()), refusal(None, 50), at(200), 1.0);
        assert_eq!(again, gate);
        // But a time that they were told counts, if it is later.
        let told = Gate::closed(Some(gate.clone()), refusal(Some(60), 50), at(200), 1.0);
        assert_eq!((told.strikes, told.since, told.until, told.named), (1, at(100), at(60_200), true));
        let sooner = Gate::closed(Some(told.clone()), refusal(Some(1), 60), at(300), 1.0);
        assert_eq!(sooner, told);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_it_no_longer_than_it_was_to_be() {
        let gate = Gate::closed(None, refusal(Some(30), 0), at(3_600_000), 0.0);
        assert_eq!(gate.clone().mended(at(3_600_000)), gate);
        let mended = gate.mended(at(0));
        assert_eq!((mended.since, mended.until), (at(0), at(30_000)));
    }
}
