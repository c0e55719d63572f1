//! How often the download of a picture is tried.

use alloc::format;

use fastrand::Rng;

use crate::error::Error;
use crate::job::schedule;
use crate::job::{Attempt, Retry};

/// A download is tried so often in all.
const TRIES: u32 = 4;

/// The download of one picture. A picture is a public file, so trying again harms nobody and is free; but
/// nobody waits for ever for a host that is gone.
///
/// ```
/// use zoomout_core::{Billed, Error, ErrorKind, Fetching};
///
/// let trouble = Error::new(ErrorKind::Transport, Billed::Yes, "the picture was cut short");
/// let mut fetching = Fetching::new(7);
/// let waits: Vec<u64> = (0..9).map_while(|_| fetching.after_trouble(&trouble)).map(|retry| retry.after.as_secs()).collect();
/// assert_eq!(waits, [1, 2, 4]);
/// ```
#[derive(Clone, Debug)]
pub struct Fetching {
    failures: u32,
    rng: Rng,
}

impl Fetching {
    /// A download that begins. The seed decides the jitter.
    pub fn new(seed: u64) -> Self {
        Self { failures: 0, rng: Rng::with_seed(seed) }
    }

    /// What to do after trouble that may pass: try again after a while, or give up.
    pub fn after_trouble(&mut self, trouble: &Error) -> Option<Retry> {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= TRIES {
            return None;
        }
        let reason = match trouble.cause() {
            Some(cause) => format!("{trouble}: {cause}"),
            None => format!("{trouble}"),
        };
        let after = schedule::before_repeat(self.failures, None, &mut self.rng);
        Some(Retry { attempt: Attempt::Picture, reason, after })
    }
}
