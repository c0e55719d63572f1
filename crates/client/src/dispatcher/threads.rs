//! Where the threads of an engine come from, and what is known of the one that keeps the time.

use zoomout_core::Instant;

use super::limits::Limits;
use crate::cancel::CancelToken;
use crate::sync::thread;

/// Enough for ureq and rustls, and small enough for hundreds.
const STACK: usize = 256 << 10;

/// Where threads come from, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threads {
    /// Starts a thread; tells whether there is one.
    pub(super) spawn: fn(Box<dyn FnOnce() + Send>) -> bool,
    pub(super) most: usize,
}

impl Threads {
    /// One for each call that may be out, one that keeps the time, and one for those who need no call: whoever
    /// is stopped or overdue does not wait until somebody else's server answers.
    pub(super) fn enough_for(limits: Limits) -> Self {
        let calls = limits.requests.get().saturating_add(limits.downloads.get());
        Self { spawn, most: calls.saturating_add(2) }
    }
}

pub(super) fn spawn(work: Box<dyn FnOnce() + Send>) -> bool {
    thread::Builder::new().name("zoomout-worker".to_owned()).stack_size(STACK).spawn(work).is_ok()
}

/// The thread that sleeps until the next turn comes.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) until: Instant,
    pub(super) alarm: CancelToken,
}

impl Keeper {
    pub(super) fn wake_before(&self, at: Instant) {
        if at < self.until {
            self.alarm.cancel();
        }
    }
}
