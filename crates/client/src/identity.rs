//! What must not be guessed or drawn twice, from the operating system.

use zoomout_core::{Error, ErrorKind, IdempotencyKey};

/// What tells one job from all others.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Whose claim its submission is.
    pub(crate) ticket: IdempotencyKey,
    /// What spreads its waits.
    pub(crate) seed: u64,
}

impl Identity {
    /// A new one. A generator of this process's own would not do: a program may seed it, and a fork copies it.
    pub(crate) fn draw() -> Result<Self, Error> {
        let (mut ticket, mut seed) = ([0; 16], [0; 8]);
        getrandom::fill(&mut ticket).and_then(|()| getrandom::fill(&mut seed)).map_err(|error| {
            let message = "the operating system gives no random numbers; nothing was sent";
            Error::unsent(ErrorKind::Storage, message).caused_by(&error)
        })?;
        let ticket = IdempotencyKey::from_bits(u128::from_ne_bytes(ticket));
        Ok(Self { ticket, seed: u64::from_ne_bytes(seed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_program_gets_different_tickets() {
        let draw = || {
            fastrand::seed(7);
            Identity::draw().unwrap().ticket
        };
        assert_ne!(draw(), draw());
    }
}
