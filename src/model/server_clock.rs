//! How far the server's clock is from ours, as far as its replies tell.

use jiff::{SignedDuration, Timestamp};

/// What the server's `Date` leaves out: it shows whole seconds (RFC 9110, 5.6.7).
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);

/// By how much the server's clock is ahead of this machine's: somewhere between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// By this much at the least.
    pub least: SignedDuration,
    /// By this much at the most.
    pub most: SignedDuration,
}

impl Ahead {
    /// Two clocks that are one.
    pub const NONE: Self = Self { least: SignedDuration::ZERO, most: SignedDuration::ZERO };

    /// What a reply with this `Date` tells, whose request left and which came in at these times of ours.
    #[must_use]
    pub fn seen(date: Timestamp, sent: Timestamp, received: Timestamp) -> Self {
        Self { least: date.duration_since(received), most: date.duration_since(sent) + A_SECOND }
    }

    /// What both tell together. Where they cannot both be true, a clock was set, and the later one counts.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let both = Self { least: self.least.max(later.least), most: self.most.min(later.most) };
        if both.least <= both.most { both } else { later }
    }

    /// Whether the two clocks may be one.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.least <= SignedDuration::ZERO && self.most >= SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    fn ahead(least: i64, most: i64) -> Ahead {
        Ahead { least: SignedDuration::from_millis(least), most: SignedDuration::from_millis(most) }
    }

    #[test]
    fn every_reply_narrows_it_down() {
        // Ours shows 0.3 and 0.4 seconds, the server's some time within its second.
        let first = Ahead::seen(at(0), at(300), at(400));
        assert_eq!((first, first.is_none()), (ahead(-400, 700), true));
        let second = Ahead::seen(at(1000), at(1900), at(2000));
        assert_eq!((second, second.is_none()), (ahead(-1000, 100), true));
        assert_eq!(first.and(second), ahead(-400, 100));
        let later = Ahead::seen(at(3_600_000), at(2000), at(2100));
        assert!(!later.is_none());
        assert_eq!(first.and(later), later, "a clock was set");
    }
}
