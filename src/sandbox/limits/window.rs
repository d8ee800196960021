//! So many in so long, whenever one begins to look: a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::super::moment::{between, earlier};

/// So many in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) limit: u64,
    pub(super) span: Duration,
}

/// What was counted within the last span: a log of every moment, and not a counter that starts anew, since that would
/// let twice the limit through around each start. What was counted at one moment counts until a span later, and from
/// then on does not.
#[derive(Debug)]
pub(super) struct Window {
    rate: Rate,
    /// When something was counted and how many at once, the oldest first.
    log: VecDeque<(Timestamp, u64)>,
    /// How many those are together.
    held: u64,
}

impl Window {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, log: VecDeque::new(), held: 0 }
    }

    /// One that is full from now on, for this long. A limit of none is, for ever.
    pub(super) fn used_up(rate: Rate, wait: Duration, now: Timestamp) -> Self {
        let at = earlier(now, rate.span.saturating_sub(wait));
        let log = if rate.limit == 0 { VecDeque::new() } else { VecDeque::from([(at, rate.limit)]) };
        Self { rate, log, held: rate.limit }
    }

    /// How long until there is room for one more, or none where there is. Where there never will be, that is a span.
    pub(super) fn wait(&mut self, now: Timestamp) -> Option<Duration> {
        self.let_go(now);
        if self.held < self.rate.limit {
            return None;
        }
        let oldest = self.log.front().map_or(now, |&(at, _)| at);
        Some(self.rate.span.saturating_sub(between(oldest, now)))
    }

    /// Counts one more.
    pub(super) fn count(&mut self, now: Timestamp) {
        self.held += 1;
        match self.log.back_mut() {
            Some((at, many)) if *at == now => *many += 1,
            _ => self.log.push_back((now, 1)),
        }
    }

    /// Takes out what does not count any more.
    fn let_go(&mut self, now: Timestamp) {
        // What seems to come from the future was counted before the clock was set back. It must not count for longer
        // than anything else.
        for (at, _) in self.log.iter_mut().rev().take_while(|(at, _)| *at > now) {
            *at = now;
        }
        while let Some(&(at, many)) = self.log.front()
            && between(at, now) >= self.rate.span
        {
            self.held -= many;
            self.log.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::moment::later;
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;
    const NANO: Duration = Duration::from_nanos(1);

    fn at(millis: u64) -> Timestamp {
        later(START, Duration::from_millis(millis))
    }

    #[test]
    fn a_window_that_is_used_up_is_so_for_as_long_as_it_says() {
        let rate = Rate { limit: 75, span: Duration::from_secs(60) };
        let mut window = Window::used_up(rate, Duration::from_secs(3), at(0));
        for (millis, wait) in [(0, Some(3000)), (1, Some(2999)), (2999, Some(1)), (3000, None)] {
            assert_eq!(window.wait(at(millis)), wait.map(Duration::from_millis), "at {millis} ms");
        }
        let none = Rate { limit: 0, ..rate };
        let mut window = Window::used_up(none, Duration::from_secs(3), at(0));
        assert_eq!((window.wait(at(0)), window.wait(at(3_600_000))), (Some(rate.span), Some(rate.span)));
    }

    #[test]
    fn after_the_clock_was_set_back_nothing_counts_for_longer_than_a_span() {
        let mut window = Window::new(Rate { limit: 2, span: Duration::from_secs(60) });
        window.count(at(3_600_000));
        window.count(at(3_601_000));
        assert_eq!(window.wait(at(5000)), Some(Duration::from_secs(60)));
        assert_eq!(window.wait(at(65_000)), None);
    }

    proptest! {
        /// Whenever anything arrives, no span ever holds more than the limit; nothing is refused while there is room,
        /// and the wait that is told is the one after which there is, to the nanosecond.
        #[test]
        fn no_span_overflows_and_no_room_is_wasted(
            limit in 0_u64..6,
            span in 1_u64..50,
            gaps in prop::collection::vec(0_u64..20, 1..200),
        ) {
            let rate = Rate { limit, span: Duration::from_millis(span) };
            let (mut window, mut now, mut counted) = (Window::new(rate), START, Vec::new());
            for gap in gaps {
                now = later(now, Duration::from_millis(gap));
                let within = |end: Timestamp, counted: &[Timestamp]| {
                    counted.iter().filter(|&&at| between(at, end) < rate.span).count() as u64
                };
                match window.wait(now) {
                    None => {
                        counted.push(now);
                        window.count(now);
                        prop_assert!(within(now, &counted) <= limit);
                    }
                    Some(wait) => {
                        prop_assert_eq!(within(now, &counted), limit);
                        prop_assert!(wait > Duration::ZERO && wait <= rate.span);
                        prop_assert!(limit == 0 || within(later(now, wait), &counted) < limit);
                        prop_assert_eq!(within(earlier(later(now, wait), NANO), &counted), limit);
                    }
                }
            }
        }
    }
}
