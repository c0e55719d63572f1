//! A request to stop, from another thread.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{self, Condvar, Mutex, MutexGuard};

/// A wait longer than this is made of several; some systems know no longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Stops the calls it was given to, from any thread and at once.
///
/// What was submitted goes on at the server, and is billed; the error says so and names the task.
/// A token is spent once it is cancelled: make a new one for the next call.
///
/// ```
/// let token = zoomout::CancelToken::new();
/// let other = token.clone();
/// std::thread::spawn(move || other.cancel()).join().unwrap();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    cancelled: AtomicBool,
    hooks: Mutex<Hooks>,
    woken: Condvar,
}

#[derive(Default)]
struct Hooks {
    next_id: u64,
    waiting: Vec<(u64, Arc<dyn Fn() + Send + Sync>)>,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops what the token was given to. Doing it again changes nothing.
    pub fn cancel(&self) {
        let hooks = {
            let hooks = self.hooks();
            self.0.cancelled.store(true, Ordering::SeqCst);
            hooks.waiting.clone()
        };
        self.0.woken.notify_all();
        // Outside the lock: a hook may take locks of its own.
        for (_, hook) in hooks {
            hook();
        }
    }

    /// Whether somebody has cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Sleeps for `span`, or until somebody cancels. Answers whether somebody has.
    pub(crate) fn sleep(&self, span: Duration) -> bool {
        let end = Instant::now().checked_add(span);
        let mut hooks = self.hooks();
        while !self.is_cancelled() {
            let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            let timed_out;
            (hooks, timed_out) = sync::wait(&self.0.woken, &self.0.hooks, hooks, left.min(LONGEST_WAIT));
            if timed_out && left <= LONGEST_WAIT {
                return self.is_cancelled();
            }
        }
        true
    }

    /// Calls `hook` when somebody cancels (at once, if somebody has), until the guard is dropped. It may
    /// be called more than once.
    pub(crate) fn on_cancel(&self, hook: impl Fn() + Send + Sync + 'static) -> OnCancel<'_> {
        let hook: Arc<dyn Fn() + Send + Sync> = Arc::new(hook);
        let id = {
            let mut hooks = self.hooks();
            hooks.next_id += 1;
            let id = hooks.next_id;
            hooks.waiting.push((id, Arc::clone(&hook)));
            id
        };
        if self.is_cancelled() {
            hook();
        }
        OnCancel { token: self, id }
    }

    fn hooks(&self) -> MutexGuard<'_, Hooks> {
        sync::lock(&self.0.hooks)
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// Takes its hook back when it is dropped.
#[must_use = "the hook is gone as soon as this is dropped"]
pub(crate) struct OnCancel<'a> {
    token: &'a CancelToken,
    id: u64,
}

impl Drop for OnCancel<'_> {
    fn drop(&mut self) {
        self.token.hooks().waiting.retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[test]
    fn a_sleeper_wakes_when_somebody_cancels() {
        let token = CancelToken::new();
        let sleeper = token.clone();
        let thread = std::thread::spawn(move || sleeper.sleep(Duration::MAX));
        token.cancel();
        assert!(thread.join().unwrap());
        assert!(!CancelToken::new().sleep(Duration::ZERO));
    }

    #[test]
    fn hooks_run_until_their_guard_is_dropped() {
        let token = CancelToken::new();
        let calls = Arc::new(AtomicU32::new(0));
        let count = || {
            let calls = Arc::clone(&calls);
            move || {
                calls.fetch_add(1, Ordering::SeqCst);
            }
        };
        drop(token.on_cancel(count()));
        let kept = token.on_cancel(count());
        token.cancel();
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        drop(kept);
        let late = token.on_cancel(count());
        assert_eq!(calls.load(Ordering::SeqCst), 2, "a late hook runs at once");
        drop(late);
    }
}
