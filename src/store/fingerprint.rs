//! Telling workspaces apart without holding anything of their keys.

use std::fmt::Write as _;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::fault::Fault;

/// The length of the secret that fingerprints are keyed with, in bytes.
pub(super) const SECRET: usize = 32;

/// How much of a fingerprint is kept, in bytes: enough to tell workspaces apart, and less than there was.
const KEPT: usize = 12;

/// The length of a name, in characters.
pub(super) const NAME: usize = 32;

/// A new secret for a new journal.
pub(super) fn secret() -> Result<[u8; SECRET], Fault> {
    random()
}

/// A name that nothing else has.
pub(super) fn name() -> Result<String, Fault> {
    random::<{ NAME / 2 }>().map(|bytes| hex(&bytes))
}

/// What stands for this key at this service in the journal that has this secret. Nobody can compare it with another
/// journal's, and nobody can tell the key from it: keys are long and random.
pub(super) fn fingerprint(secret: &[u8], service: &str, key: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), format!("{service}\0{key}").as_bytes());
    hex(&tag.as_ref()[..KEPT])
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map(|()| bytes).map_err(|_| Fault::Unusable("the system gives no random numbers".into()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_all_of_it() {
        let (one, two) = (secret().unwrap(), secret().unwrap());
        let print = fingerprint(&one, "https://api", "key");
        assert_eq!(print, fingerprint(&one, "https://api", "key"));
        for other in [
            fingerprint(&two, "https://api", "key"),
            fingerprint(&one, "https://apk", "key"),
            fingerprint(&one, "https://api", "kez"),
        ] {
            assert_ne!(print, other);
        }
        assert_eq!(print.len(), 2 * KEPT);
        assert_ne!(name().unwrap(), name().unwrap());
    }
}
