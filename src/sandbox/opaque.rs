//! Identifiers that look as opaque as the real ones.

/// A seeded source of identifiers (`SplitMix64`). They are unique and tell nothing, but are no secret: whoever has
/// one could work out the next. Nothing here is worth guessing.
pub(super) struct Opaque(u64);

impl Opaque {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 32 lower-case hexadecimal digits.
    pub(super) fn id(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// A `state` as it stands in the query, percent-encoded. It holds what a client that re-encodes would change: an
    /// encoded `+` and `=`, upper-case and lower-case digits, and a `~` that old encoders escape.
    pub(super) fn state(&mut self) -> String {
        format!("v1.{:016x}%2B{:016x}~{:08x}%3d", self.next(), self.next(), self.next() >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_without_repeats() {
        let (mut one, mut same, mut other) = (Opaque::new(7), Opaque::new(7), Opaque::new(8));
        let ids: Vec<String> = (0..100).map(|_| one.id()).collect();
        for id in &ids {
            assert_eq!(id.len(), 32);
            assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_eq!(*id, same.id());
            assert_ne!(*id, other.id());
        }
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
