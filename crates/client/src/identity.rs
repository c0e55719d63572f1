//! What must not be guessed or drawn twice, from the operating system.

use zoomout_core::{Error, ErrorKind, IdempotencyKey};

/// What tells one job from all others.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Its submission's name for itself.
    pub(crate) key: IdempotencyKey,
    /// What spreads its waits.
    pub(crate) seed: u64,
}

impl Identity {
    /// A new one. A generator of this process's own would not do: a program may seed it, and a fork copies it.
    pub(crate) fn draw() -> Result<Self, Error> {
        let (mut key, mut seed) = ([0; 16], [0; 8]);
        getrandom::fill(&mut key).and_then(|()| getrandom::fill(&mut seed)).map_err(|error| {
            let message = "the operating system gives no random numbers; nothing was sent";
            Error::unsent(ErrorKind::Storage, message).caused_by(&error)
        })?;
        Ok(Self { key: IdempotencyKey::from_bits(u128::from_ne_bytes(key)), seed: u64::from_ne_bytes(seed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_program_gets_different_keys() {
        let draw = || {
            fastrand::seed(7);
            Identity::draw().unwrap().key
        };
        assert_ne!(draw(), draw());
    }
}
