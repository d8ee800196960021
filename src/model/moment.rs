//! Points in time on this machine's own clock.

use std::ops::Add;
use std::time::Duration;

/// A point on a local clock that only goes forward and keeps counting while the machine sleeps.
///
/// It is the time since some fixed but arbitrary origin, so two of them compare only within one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// The moment that lies this long after the clock's origin.
    #[must_use]
    pub const fn from_origin(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time from now until this moment; zero where it has passed.
    #[must_use]
    pub const fn left(self, now: Self) -> Duration {
        self.0.saturating_sub(now.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_passed_leaves_nothing() {
        let early = Moment::from_origin(Duration::from_secs(5));
        let late = early + Duration::from_secs(3);
        assert_eq!(late.left(early), Duration::from_secs(3));
        assert_eq!(early.left(late), Duration::ZERO);
        assert_eq!(early + Duration::MAX, Moment::from_origin(Duration::MAX));
    }
}
