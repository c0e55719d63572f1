//! What stands for a text where there is no room for a million of them.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first 128 bits of the SHA-256 of a text: nobody finds two texts that share it, on purpose or by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub(crate) fn of(text: impl AsRef<[u8]>) -> Self {
        let hash = Sha256::digest(text.as_ref());
        let mut first = [0; 16];
        first.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        Self(first)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever changes this pays for every batch again.
    #[test]
    fn it_is_the_sha_256_of_the_text() {
        assert_eq!(Fingerprint::of("abc").to_string(), "ba7816bf8f01cfea414140de5dae2223");
    }
}
