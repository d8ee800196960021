//! A moment by both of this process's clocks.

use std::time::Duration;

use crate::model::limits::At;

/// When this process last saw to it that all was tidy, by both of its clocks.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Here {
    now: At,
    up: Option<Duration>,
}

/// How long what was tidy may be left, and how far the clock may be off the one that nobody sets by then.
const A_SECOND: Duration = Duration::from_secs(1);
const OFF: Duration = Duration::from_millis(50);

impl Here {
    pub(in crate::store) const fn new(now: At, up: Option<Duration>) -> Self {
        Self { now, up }
    }

    /// Whether it is so recent, with nobody having set the clock since, that nothing needs to be done again.
    pub(in crate::store) fn was_just_now(self, here: Self) -> bool {
        let (Some(before), Some(up)) = (self.up, here.up) else { return false };
        let (passed, really) = (here.now.left(self.now), up.saturating_sub(before));
        here.now >= self.now && passed < A_SECOND && passed.abs_diff(really) < OFF
    }
}
