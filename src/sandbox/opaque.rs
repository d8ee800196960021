//! Identifiers that look as opaque as the real ones.

/// A seeded source of identifiers (`SplitMix64`). They are unique and tell nothing, but are no secret: whoever has
/// one could work out the next. Nothing here is worth guessing.
pub(super) struct Opaque(u64);

impl Opaque {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, of which each bit is as good as any other.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A session's id, which tells whoever comes across it that nothing of it is real.
    pub(super) fn id(&mut self) -> String {
        format!("{MARK}{:016x}{:08x}", self.next(), self.next() >> 32)
    }

    /// A `state` as it stands in the query, percent-encoded. It holds what a client that re-encodes would change: an
    /// encoded `+` and `=`, upper-case and lower-case digits, and a `~` that old encoders escape.
    pub(super) fn state(&mut self) -> String {
        format!("v1.{:016x}%2B{:016x}~{:08x}%3d", self.next(), self.next(), self.next() >> 32)
    }
}

/// What the ids of sessions begin with.
const MARK: &str = "sandbox-";

/// Whether a session of this id is a sandbox's.
#[must_use]
pub fn is_session(id: &str) -> bool {
    id.starts_with(MARK)
}

/// A number that stands for these bytes, always the same (FNV-1a). Of bytes that are alike it is, too, until it is mixed.
pub(super) fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, mix)
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
            assert!(is_session(id) && id[MARK.len()..].bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_eq!(*id, same.id());
            assert_ne!(*id, other.id());
        }
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
