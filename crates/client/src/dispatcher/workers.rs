//! The threads of an engine. Each takes a turn, keeps the time, or stands by, whatever is needed.
//!
//! Whoever looks for work does so under the lock, and stands by or leaves in the same breath if there is
//! none; whoever makes work calls under the lock, too. So nobody can be called between looking and lying down.
//! One is called at a time: it calls the next if there is something left to do.

use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::{Chore, Class, Next};
use super::engine::{Engine, State};
use super::permit::Permit;
use super::scheduler::Id;
use super::threads::Keeper;
use crate::cancel::CancelToken;
use crate::contained::contained;
use crate::sync::{self, MutexGuard};

/// So long a thread without work stands by.
const STAND_BY: Duration = Duration::from_secs(2);
/// So often somebody looks whether those in a queue still have time.
const GLANCE: Duration = Duration::from_millis(100);

/// A chore whose turn it is.
type Taken = (Id, Class, Box<dyn Chore>);

impl Engine {
    /// After any change: sees to it that somebody takes what is due, and that somebody keeps the time.
    pub(super) fn stir(self: &Arc<Self>, state: &mut State) {
        let now = state.now;
        match (state.scheduler.next_at(now), &state.keeper) {
            (None, _) => self.watch_line(state),
            (Some(at), Some(keeper)) if at > now => {
                keeper.wake_before(at);
                self.watch_line(state);
            }
            (Some(_), _) => self.call(state),
        }
    }

    /// Sees to it that somebody looks up now and then while jobs stand in a queue.
    fn watch_line(self: &Arc<Self>, state: &mut State) {
        if state.watching == 0 && state.scheduler.has_line() {
            self.call(state);
        }
    }

    /// Calls somebody to look for work. If all are busy, the first to be free looks anyhow.
    fn call(self: &Arc<Self>, state: &mut State) {
        if state.called {
            return;
        }
        if state.standing_by > 0 {
            self.wanted.notify_one();
            state.called = true;
        } else if let Some(keeper) = &state.keeper {
            // It makes the next thread: this may be a place where none can be made.
            keeper.alarm.cancel();
            state.called = true;
        } else if state.threads < self.threads.most {
            self.hire(state);
        }
    }

    /// Makes a thread that looks for work; tells whether it could.
    pub(super) fn hire(self: &Arc<Self>, state: &mut State) -> bool {
        let engine = Arc::clone(self);
        let hired = (self.threads.spawn)(Box::new(move || engine.work()));
        if hired {
            state.threads += 1;
            state.called = true;
        }
        hired
    }

    /// Wakes everybody who has nothing to do any more, so that they leave.
    pub(super) fn send_home(&self, state: &State) {
        if state.over && state.scheduler.is_empty() {
            self.wanted.notify_all();
            if let Some(keeper) = &state.keeper {
                keeper.alarm.cancel();
            }
        }
    }

    fn work(self: &Arc<Self>) {
        let mut state = self.enter();
        while let Some(taken) = self.look(state) {
            state = self.turn(taken);
        }
    }

    /// Takes the chore whose turn it is, or waits for one; nothing when this thread is to leave.
    fn look<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> Option<Taken> {
        let mut idle = false;
        loop {
            state.called = false;
            let now = state.now;
            if let Some(taken) = state.scheduler.take(now) {
                // Where one was due, another may be; and somebody must keep the time meanwhile.
                self.stir(&mut state);
                return Some(taken);
            }
            match (state.scheduler.next_at(now), &state.keeper) {
                (Some(at), None) => {
                    self.watch_line(&mut state);
                    (state, idle) = (self.keep_time(state, at), false);
                    continue;
                }
                (Some(at), Some(keeper)) => keeper.wake_before(at),
                (None, _) => {}
            }
            if state.can_spare_one(idle) {
                state.threads -= 1;
                return None;
            }
            let watches = usize::from(state.scheduler.has_line());
            state.standing_by += 1;
            state.watching += watches;
            let span = if watches > 0 { GLANCE } else { STAND_BY };
            (state, idle) = sync::wait(&self.wanted, &self.state, state, span);
            state.standing_by -= 1;
            state.watching -= watches;
            if watches > 0 && idle {
                drop(state);
                state = self.enter();
            }
        }
    }

    /// Sleeps until then, or until a turn comes earlier.
    fn keep_time<'a>(&'a self, mut state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        let alarm = CancelToken::new();
        state.keeper = Some(Keeper { until, alarm: alarm.clone() });
        drop(state);
        let slept = self.sleep_until(until, &alarm);
        let mut state = self.enter();
        state.keeper = None;
        if slept.is_err() {
            state.scheduler.set_adrift(until);
        }
        state
    }

    /// Does a turn of a chore. Whatever happens in it, what it held goes back.
    fn turn(self: &Arc<Self>, (id, class, mut chore): Taken) -> MutexGuard<'_, State> {
        let mut permit = Some(Permit::new(self, class));
        let mut heard = |reception| {
            if let Some(permit) = permit.take() {
                permit.heard(reception);
            }
        };
        let next = contained(|| chore.turn(class, &mut heard)).unwrap_or(Next::Ended);
        drop(permit);
        let mut state = self.enter();
        match next {
            Next::Again(turn) => {
                state.scheduler.give_back(id, chore, turn);
                // This thread looks at once: nobody need be called.
                state
            }
            Next::Ended => {
                state.scheduler.forget(id);
                self.stir(&mut state);
                self.send_home(&state);
                drop(state);
                // There is nobody to tell of a panic in here.
                contained(|| chore.end());
                self.enter()
            }
        }
    }
}

impl State {
    /// Whether a thread without work may leave. While there are jobs, one stays.
    fn can_spare_one(&self, idle: bool) -> bool {
        let empty = self.scheduler.is_empty();
        let needed = self.scheduler.has_line() && self.watching == 0;
        (idle && !needed && (empty || self.threads > 1)) || (self.over && empty)
    }
}
