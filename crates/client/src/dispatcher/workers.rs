//! The threads of a dispatcher: one keeps the time, the others make requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use http::Response;
use zoomout_core::{Billed, Call, Error, ErrorKind, Failure, Instant, TaskId};

use super::Unfinished;
use super::errand::{Errand, Outcome, World};
use super::lateness::Lateness;
use super::limits::Limits;
use super::once::Once;
use super::scheduler::{Class, Id, Scheduler};
use crate::cancel::CancelToken;
use crate::client::Client;

/// Enough for ureq and rustls, and small enough for hundreds.
const STACK: usize = 256 << 10;
/// So long a worker without work stands by.
const STAND_BY: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Shared {
    client: Client,
    limits: Limits,
    state: Mutex<State>,
    /// A worker that stands by is wanted.
    wanted: Condvar,
    /// A job has ended.
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    scheduler: Scheduler<Chore>,
    /// What must be told of each job that has not ended, whoever works on it.
    jobs: BTreeMap<Id, Known>,
    workers: usize,
    standing_by: usize,
    /// How many of those that stand by were called.
    called: usize,
    /// Wakes the keeper of the time, who sleeps until then.
    alarm: CancelToken,
    alarm_at: Instant,
    over: bool,
}

/// What a worker works on.
#[derive(Debug)]
pub(super) enum Chore {
    /// A job, turn by turn.
    Errand(Box<Errand>),
    /// A single call.
    Once(Once),
}

#[derive(Clone, Debug)]
struct Known {
    task_id: Option<TaskId>,
    token: CancelToken,
}

impl Shared {
    pub(super) fn start(client: Client, limits: Limits) -> Result<Arc<Self>, Error> {
        let state = State {
            scheduler: Scheduler::new(limits),
            jobs: BTreeMap::new(),
            workers: 0,
            standing_by: 0,
            called: 0,
            alarm: CancelToken::new(),
            alarm_at: Instant::ZERO,
            over: false,
        };
        let shared = Arc::new(Self {
            client,
            limits,
            state: Mutex::new(state),
            wanted: Condvar::new(),
            ended: Condvar::new(),
        });
        let keeper = Arc::clone(&shared);
        if !spawn("zoomout-timer", move || keeper.keep_time()) {
            return Err(Error::new(ErrorKind::Transport, Billed::No, "this machine has no thread left"));
        }
        Ok(shared)
    }

    pub(super) fn add(self: &Arc<Self>, chore: Chore) -> Id {
        let (class, known) = match &chore {
            Chore::Errand(errand) => {
                let task_id = errand.task_id().cloned();
                (errand.class(), Known { task_id, token: errand.token.clone() })
            }
            Chore::Once(once) => (once.class, Known { task_id: None, token: once.token.clone() }),
        };
        let mut state = self.lock();
        let id = state.scheduler.add(class, chore);
        state.jobs.insert(id, known);
        self.call_workers(&mut state);
        id
    }

    pub(super) fn unfinished(&self) -> Vec<Unfinished> {
        list(&self.lock())
    }

    pub(super) fn threads(&self) -> usize {
        self.lock().workers + 1
    }

    pub(super) fn lateness(&self) -> Lateness {
        self.lock().scheduler.lateness.clone()
    }

    pub(super) fn cancel(self: &Arc<Self>, id: Id) {
        let Some(known) = self.lock().jobs.get(&id).cloned() else { return };
        // Outside the lock: what is stopped may take locks of its own.
        known.token.cancel();
        let mut state = self.lock();
        state.scheduler.call_to_end(id);
        self.call_workers(&mut state);
    }

    pub(super) fn cancel_all(&self) -> Vec<Unfinished> {
        let (stopped, tokens) = {
            let state = self.lock();
            let tokens: Vec<(Id, CancelToken)> =
                state.jobs.iter().map(|(id, known)| (*id, known.token.clone())).collect();
            (list(&state), tokens)
        };
        for (_, token) in &tokens {
            token.cancel();
        }
        let mut state = self.lock();
        for (id, _) in &tokens {
            state.scheduler.call_to_end(*id);
        }
        // The keeper calls the workers; this may be a place where no thread can be made.
        state.alarm.cancel();
        stopped
    }

    pub(super) fn drain(&self, patience: Duration) -> Vec<Unfinished> {
        let waited = self.ended.wait_timeout_while(self.lock(), patience, |state| !state.jobs.is_empty());
        list(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    pub(super) fn end(&self) {
        drop(self.cancel_all());
        let mut state = self.lock();
        state.over = true;
        state.alarm.cancel();
        self.wanted.notify_all();
    }

    /// Wakes workers up, or makes new ones, while there is something to do for one more.
    fn call_workers(self: &Arc<Self>, state: &mut State) {
        let now = self.client.clock.now();
        match state.scheduler.next_at(now) {
            Some(at) if at <= now => {}
            Some(at) => return state.wake_keeper_before(at),
            None => return,
        }
        if state.standing_by > 0 {
            state.standing_by -= 1;
            state.called += 1;
            self.wanted.notify_one();
        } else if state.workers < self.limits.requests.get() {
            state.workers += 1;
            let worker = Arc::clone(self);
            if !spawn("zoomout-worker", move || worker.work()) {
                state.workers -= 1;
                state.alarm.cancel();
            }
        }
    }

    /// Sleeps until somebody's turn comes, and calls a worker.
    fn keep_time(self: &Arc<Self>) {
        loop {
            let (until, alarm) = {
                let mut state = self.lock();
                if state.over && state.jobs.is_empty() {
                    return;
                }
                let now = self.client.clock.now();
                state.alarm = CancelToken::new();
                let until = match state.scheduler.next_at(now) {
                    Some(at) if at <= now => {
                        self.call_workers(&mut state);
                        // All are busy: the first to be free takes it. Should there be none, look again.
                        now + Duration::from_millis(if state.workers == 0 { 10 } else { 1_000 })
                    }
                    Some(at) => at,
                    None => Instant::from_millis(u64::MAX),
                };
                state.alarm_at = until;
                (until, state.alarm.clone())
            };
            self.client.clock.sleep_until(until, &alarm);
        }
    }

    fn work(self: &Arc<Self>) {
        while self.work_once() || self.stand_by() {}
    }

    /// Takes the next job and does its turn; tells whether there was one.
    fn work_once(self: &Arc<Self>) -> bool {
        let (id, class, chore) = {
            let mut state = self.lock();
            let Some(next) = state.scheduler.take(self.client.clock.now()) else { return false };
            // Where one was due, another may be.
            self.call_workers(&mut state);
            next
        };
        match chore {
            Chore::Errand(errand) => self.turn(id, class, errand),
            Chore::Once(once) => {
                let reception = once.run(&self.client);
                self.lock().scheduler.heard(reception);
                self.forget(id);
            }
        }
        true
    }

    fn turn(self: &Arc<Self>, id: Id, class: Class, mut errand: Box<Errand>) {
        let (outcome, reception) = errand.turn(class, self.client.policy, &At { shared: self, id });
        self.lock().scheduler.heard(reception);
        match outcome {
            Outcome::Again(turn) => {
                let mut state = self.lock();
                let cancelled = errand.token.is_cancelled();
                state.scheduler.give_back(id, Chore::Errand(errand), turn);
                // Whoever cancelled it while it was out found nothing to call.
                if cancelled {
                    state.scheduler.call_to_end(id);
                }
                self.call_workers(&mut state);
            }
            Outcome::Ended(result) => {
                errand.end(result);
                self.forget(id);
            }
        }
    }

    /// Notes that a job has ended, now that everybody has been told.
    fn forget(&self, id: Id) {
        let mut state = self.lock();
        state.scheduler.forget(id);
        state.jobs.remove(&id);
        self.ended.notify_all();
        if state.over && state.jobs.is_empty() {
            state.alarm.cancel();
        }
    }

    /// Waits for a call; tells whether it came.
    fn stand_by(&self) -> bool {
        let mut state = self.lock();
        if state.over && state.jobs.is_empty() {
            state.workers -= 1;
            return false;
        }
        state.standing_by += 1;
        let waited =
            self.wanted.wait_timeout_while(state, STAND_BY, |state| state.called == 0 && !state.over);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.called > 0 {
            state.called -= 1;
            return true;
        }
        state.standing_by = state.standing_by.saturating_sub(1);
        state.workers -= 1;
        false
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The world as one job sees it.
struct At<'a> {
    shared: &'a Shared,
    id: Id,
}

impl World for At<'_> {
    fn now(&self) -> Instant {
        self.shared.client.clock.now()
    }

    fn exchange(&self, call: &Call, cancel: &CancelToken) -> Result<Response<Vec<u8>>, Failure> {
        self.shared.client.exchange(call, cancel)
    }

    fn known(&self, task_id: &TaskId) {
        if let Some(known) = self.shared.lock().jobs.get_mut(&self.id) {
            known.task_id = Some(task_id.clone());
        }
    }
}

impl State {
    fn wake_keeper_before(&self, at: Instant) {
        if at < self.alarm_at {
            self.alarm.cancel();
        }
    }
}

fn list(state: &State) -> Vec<Unfinished> {
    let unfinished = |(id, known): (&Id, &Known)| Unfinished { id: *id, task_id: known.task_id.clone() };
    state.jobs.iter().map(unfinished).collect()
}

/// Starts a thread; tells whether there is one.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work).is_ok()
}
