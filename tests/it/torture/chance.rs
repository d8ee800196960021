//! Chance that can be had again from its seed.

use std::time::Duration;

/// `SplitMix64`.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: usize) -> Self {
        Self(u64::try_from(seed).unwrap())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than this.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// True this often in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Up to this long.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        let nanos = usize::try_from(longest.as_nanos()).unwrap();
        Duration::from_nanos(u64::try_from(self.below(nanos + 1)).unwrap())
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// Chance for somebody else.
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }
}
