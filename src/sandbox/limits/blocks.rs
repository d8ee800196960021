//! An address that keeps pushing is blocked, and each time for longer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::super::moment::{between, later};
use super::super::pace::Pace;
use super::window::{Rate, Window};
use crate::model::provider::Provider;

/// How long the first block lasts, the second, and each one after that. Documented.
const LADDER: [Duration; 3] =
    [Duration::from_secs(30 * 60), Duration::from_secs(2 * 3600), Duration::from_secs(24 * 3600)];
/// What persistent pushing is: this many refused starts within a minute. The service does not say.
const PUSHING: u64 = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// How long after a block its address has to behave until the next one is a first one. The service does not say.
const FORGIVEN: Duration = Duration::from_secs(24 * 3600);

/// Who starts a session: an address, and with whom. What one does with one provider is of no concern to the other.
pub(super) type Starter = (IpAddr, Provider);

/// The blocks of all addresses.
pub(super) struct Blocks {
    ladder: [Duration; LADDER.len()],
    pushing: Rate,
    forgiven: Duration,
    /// Whether an address is found blocked when it is first seen.
    from_the_first: bool,
    known: HashMap<Starter, Known>,
}

/// What is remembered of an address and a provider.
struct Known {
    refused: Window,
    /// The last block, which may be over.
    block: Option<Block>,
}

#[derive(Clone, Copy)]
struct Block {
    from: Timestamp,
    lasts: Duration,
    /// The rung of the ladder.
    rung: usize,
}

impl Block {
    /// How much of it is left, or none where it is over. A clock that was set back does not make it longer.
    fn left(self, now: Timestamp) -> Option<Duration> {
        self.lasts.checked_sub(between(self.from, now)).filter(|left| !left.is_zero())
    }
}

impl Blocks {
    pub(super) fn new(pace: Pace, from_the_first: bool) -> Self {
        Self {
            ladder: LADDER.map(|lasts| pace.real(lasts)),
            pushing: Rate { limit: PUSHING, span: pace.real(MINUTE) },
            forgiven: pace.real(FORGIVEN),
            from_the_first,
            known: HashMap::new(),
        }
    }

    /// How much longer a start is turned away, or none where it is not.
    pub(super) fn left(&mut self, starter: Starter, now: Timestamp) -> Option<Duration> {
        self.known(starter, now).block.and_then(|block| block.left(now))
    }

    /// Counts a start that was refused. If that was one too many, a block begins now, in place of any other, and this
    /// is how long it lasts.
    pub(super) fn refused(&mut self, starter: Starter, now: Timestamp) -> Option<Duration> {
        let (ladder, pushing, forgiven) = (self.ladder, self.pushing, self.forgiven);
        let known = self.known(starter, now);
        // Those that do not count any more are let go of first.
        let _ = known.refused.wait(now);
        known.refused.count(now);
        known.refused.wait(now)?;
        known.refused = Window::new(pushing);
        let unforgiven = known.block.filter(|last| between(later(last.from, last.lasts), now) < forgiven);
        let rung = unforgiven.map_or(0, |last| (last.rung + 1).min(ladder.len() - 1));
        let block = Block { from: now, lasts: ladder[rung], rung };
        known.block = Some(block);
        Some(block.lasts)
    }

    fn known(&mut self, starter: Starter, now: Timestamp) -> &mut Known {
        let first = self.from_the_first.then_some(Block { from: now, lasts: self.ladder[0], rung: 0 });
        let known = || Known { refused: Window::new(self.pushing), block: first };
        self.known.entry(starter).or_insert_with(known)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: Starter = (IpAddr::V4(Ipv4Addr::LOCALHOST), Provider::Google);
    const HALF_HOUR: u64 = 1800;
    const TWO_HOURS: u64 = 7200;
    const DAY: u64 = 86_400;

    /// Blocks, and seconds that pass.
    struct Lab {
        blocks: Blocks,
        now: Timestamp,
    }

    impl Lab {
        fn new(speed: f64, from_the_first: bool) -> Self {
            Self { blocks: Blocks::new(Pace::new(speed), from_the_first), now: Timestamp::UNIX_EPOCH }
        }

        fn pass(&mut self, seconds: u64) {
            self.now = later(self.now, Duration::from_secs(seconds));
        }

        /// Refusals at this moment: what the last one comes to. Those before it come to nothing.
        fn push(&mut self, times: usize) -> Option<u64> {
            for _ in 1..times {
                assert_eq!(self.blocks.refused(HERE, self.now), None);
            }
            self.blocks.refused(HERE, self.now).map(|lasts| lasts.as_secs())
        }

        fn left(&mut self) -> Option<u64> {
            self.blocks.left(HERE, self.now).map(|left| left.as_secs())
        }
    }

    #[test]
    fn ten_refusals_within_a_minute_are_a_block_and_nine_are_none() {
        let mut lab = Lab::new(1.0, false);
        assert_eq!(lab.push(9), None);
        lab.pass(60);
        assert_eq!((lab.push(9), lab.left()), (None, None), "the first nine are a minute old");
        lab.pass(59);
        assert_eq!(lab.push(1), Some(HALF_HOUR));
        for (seconds, left) in [(0, Some(HALF_HOUR)), (1, Some(HALF_HOUR - 1)), (HALF_HOUR - 2, Some(1)), (1, None)] {
            lab.pass(seconds);
            assert_eq!(lab.left(), left);
        }
    }

    #[test]
    fn one_refusal_every_seven_seconds_goes_on_for_ever() {
        let mut lab = Lab::new(1.0, false);
        for _ in 0..1000 {
            assert_eq!(lab.push(1), None);
            lab.pass(7);
        }
    }

    /// What follows on a first block: seconds that pass, and what ten refusals then come to.
    #[test]
    fn blocks_escalate_until_a_day_has_passed_without_one() {
        let table: [(&str, &[(u64, u64)]); 4] = [
            ("while blocked, from then", &[(0, TWO_HOURS), (60, DAY), (60, DAY)]),
            ("after each", &[(HALF_HOUR, TWO_HOURS), (TWO_HOURS, DAY), (DAY, DAY), (DAY, DAY)]),
            ("just within a day", &[(HALF_HOUR + DAY - 1, TWO_HOURS), (TWO_HOURS + DAY - 1, DAY)]),
            ("after a day", &[(HALF_HOUR + DAY, HALF_HOUR), (5, TWO_HOURS), (TWO_HOURS + DAY, HALF_HOUR)]),
        ];
        for (name, steps) in table {
            let mut lab = Lab::new(1.0, false);
            assert_eq!(lab.push(10), Some(HALF_HOUR));
            for (seconds, lasts) in steps {
                lab.pass(*seconds);
                assert_eq!((lab.push(10), lab.left()), (Some(*lasts), Some(*lasts)), "{name}");
            }
        }
    }

    #[test]
    fn an_address_can_be_found_blocked() {
        let mut lab = Lab::new(1.0, true);
        assert_eq!(lab.left(), Some(HALF_HOUR));
        lab.pass(HALF_HOUR - 1);
        assert_eq!((lab.left(), lab.push(10)), (Some(1), Some(TWO_HOURS)));
        lab.pass(TWO_HOURS);
        assert_eq!((lab.left(), lab.push(9)), (None, None), "a block ends, and is not found again");
    }

    #[test]
    fn the_other_provider_and_other_addresses_are_untouched() {
        let mut lab = Lab::new(1.0, false);
        lab.push(10);
        let there = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        for other in [(HERE.0, Provider::Microsoft), (there, Provider::Google)] {
            assert_eq!(lab.blocks.left(other, lab.now), None);
            assert_eq!(lab.blocks.refused(other, lab.now), None);
        }
        assert_eq!(lab.left(), Some(HALF_HOUR));
    }

    #[test]
    fn all_of_it_runs_faster() {
        let mut lab = Lab::new(120.0, false);
        assert_eq!(lab.push(9), None);
        lab.pass(1);
        assert_eq!((lab.push(9), lab.push(1)), (None, Some(15)), "a minute takes half a second");
        lab.pass(15);
        assert_eq!((lab.left(), lab.push(10)), (None, Some(60)));
        lab.pass(60 + 720);
        assert_eq!(lab.push(10), Some(15), "a day takes twelve minutes");
    }

    #[test]
    fn a_clock_set_back_makes_no_block_longer() {
        let mut lab = Lab::new(1.0, false);
        lab.pass(TWO_HOURS);
        lab.push(10);
        lab.now = Timestamp::UNIX_EPOCH;
        assert_eq!(lab.left(), Some(HALF_HOUR));
    }
}
