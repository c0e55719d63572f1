//! The engine of a client: its jobs, its gate and the threads that work on them, behind one lock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::Chore;
use super::lateness::Lateness;
use super::limits::Limits;
use super::scheduler::{Id, Scheduler};
use super::threads::{Keeper, Threads};
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::contained::contained;
use crate::sync::{Condvar, Mutex, MutexGuard, lock};

/// So long a clock that came back too early is left alone.
const BREATH: Duration = Duration::from_millis(10);

/// Works on the chores of a client, turn by turn, within its limits.
///
/// It has no thread before something is added, and none once nothing has been added for a while.
pub(crate) struct Engine {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) threads: Threads,
    pub(super) state: Mutex<State>,
    /// A thread that stands by is wanted.
    pub(super) wanted: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) scheduler: Scheduler<Box<dyn Chore>>,
    /// The latest moment seen.
    pub(super) now: Instant,
    pub(super) threads: usize,
    /// How many threads stand by.
    pub(super) standing_by: usize,
    /// How many of them look up now and then, whether somebody's time is up in a queue.
    pub(super) watching: usize,
    /// Somebody was called and has not looked for work yet.
    pub(super) called: bool,
    /// The thread that sleeps until the next turn comes, if one does.
    pub(super) keeper: Option<Keeper>,
    pub(super) over: bool,
}

impl Engine {
    pub(crate) fn new(clock: Arc<dyn Clock>, limits: Limits) -> Arc<Self> {
        Self::with_threads(Threads::enough_for(limits), clock, limits)
    }

    pub(super) fn with_threads(threads: Threads, clock: Arc<dyn Clock>, limits: Limits) -> Arc<Self> {
        let state = State {
            scheduler: Scheduler::new(limits),
            now: Instant::ZERO,
            threads: 0,
            standing_by: 0,
            watching: 0,
            called: false,
            keeper: None,
            over: false,
        };
        Arc::new(Self { clock, threads, state: Mutex::new(state), wanted: Condvar::new() })
    }

    /// The number of a chore that will be [added](Self::add); it can be called to its end from now on.
    pub(super) fn reserve(&self) -> Id {
        lock(&self.state).scheduler.reserve()
    }

    /// Takes on a chore, or gives it back where there is no thread to work on it.
    pub(super) fn add(self: &Arc<Self>, id: Id, chore: Box<dyn Chore>) -> Result<(), Box<dyn Chore>> {
        let class = chore.class();
        let mut state = self.enter();
        // While there are jobs there is a thread: the last one does not leave before them.
        if state.threads == 0 && !self.hire(&mut state) {
            state.scheduler.forget(id);
            return Err(chore);
        }
        state.scheduler.add(id, class, chore);
        self.stir(&mut state);
        Ok(())
    }

    /// Calls chores to their end, ahead of all others.
    pub(super) fn call_to_end(self: &Arc<Self>, ids: impl IntoIterator<Item = Id>) {
        let mut state = self.enter();
        for id in ids {
            state.scheduler.call_to_end(id);
        }
        self.stir(&mut state);
    }

    /// Calls everything to its end; the threads leave after that.
    pub(crate) fn end(self: &Arc<Self>) {
        let mut state = self.enter();
        state.over = true;
        state.scheduler.call_all_to_end();
        self.stir(&mut state);
        self.send_home(&state);
    }

    /// Does this on a thread of its own, beside those that take turns; tells whether there is one.
    pub(crate) fn beside(&self, work: impl FnOnce() + Send + 'static) -> bool {
        (self.threads.spawn)(Box::new(work))
    }

    /// The latest moment that the clock told.
    pub(crate) fn now(&self) -> Instant {
        self.enter().now
    }

    /// How many threads work, stand by, or keep the time.
    pub(super) fn threads(&self) -> usize {
        lock(&self.state).threads
    }

    pub(super) fn lateness(&self) -> Lateness {
        lock(&self.state).scheduler.lateness.clone()
    }

    /// Locks, and knows what time it is. The clock, which is somebody else's code, is asked before.
    pub(super) fn enter(&self) -> MutexGuard<'_, State> {
        let now = contained(|| self.clock.now());
        let mut state = lock(&self.state);
        if let Some(now) = now {
            state.now = state.now.max(now);
        }
        state
    }

    /// Sleeps by the clock until then, or until `bell` rings. A clock that comes back too early is not asked again
    /// at once.
    pub(super) fn sleep_until(&self, until: Instant, bell: &CancelToken) -> Result<(), ClockPanicked> {
        let told = contained(|| {
            self.clock.sleep_until(until, bell);
            self.clock.now()
        });
        match told {
            Some(now) if now >= until => Ok(()),
            Some(_) => {
                bell.sleep(BREATH);
                Ok(())
            }
            None => Err(ClockPanicked),
        }
    }
}

/// A clock, which is somebody else's code, panicked while somebody waited for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockPanicked;

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("threads", &self.threads).finish_non_exhaustive()
    }
}
