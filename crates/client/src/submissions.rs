//! Submissions on their way, each on a thread of its own: whoever waits for one may leave at any time, and it is
//! read to its end all the same.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::Result as Outcome;
use std::time::Duration;

use zoomout_core::{Call, Failure, Record, Reply};

use crate::cancel::CancelToken;
use crate::contained::contained;
use crate::detached::{Detached, Late};
use crate::dispatcher::{Class, Engine, Permit};
use crate::sync::{Condvar, Mutex, lock, wait_while};
use crate::transport::Context;

#[cfg(test)]
#[cfg(shuttle)]
mod model;

thread_local! {
    /// Whether this thread tells a listener.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// Hears what became of those that were left behind.
pub(crate) type Listener = Box<dyn Fn(&Detached) + Send + Sync>;

/// The submissions of a client.
pub(crate) struct Submissions {
    engine: Arc<Engine>,
    listener: Option<Listener>,
    /// Whether a submission may be one of several, of which nobody knows what became.
    eager: bool,
    left: Mutex<Left>,
    /// One of those that were left behind has come to its end.
    ended: Condvar,
}

/// Those that are out.
#[derive(Default)]
struct Left {
    /// What stops those who wait for one.
    waiting: BTreeMap<u64, CancelToken>,
    next: u64,
    /// So many have callers that were stopped, and have left.
    out: usize,
    /// What became of them, until somebody asks.
    ends: Vec<Detached>,
}

/// What the thread that waits and the one that reads have in common.
enum Wait {
    Going,
    Over(Outcome<Reply>),
    /// Nobody waits any more; it keeps its place.
    LeftBehind(Permit),
}

impl Submissions {
    pub(crate) fn new(engine: &Arc<Engine>, listener: Option<Listener>, eager: bool) -> Arc<Self> {
        Arc::new(Self {
            engine: Arc::clone(engine),
            listener,
            eager,
            left: Mutex::new(Left::default()),
            ended: Condvar::new(),
        })
    }

    /// Makes a call that costs money, and waits for the reply or until somebody cancels. What has not left by
    /// then never will; what may have left is read to its end, and `keep` then writes down what came of it.
    pub(crate) fn exchange(
        self: &Arc<Self>,
        call: Call,
        context: &Context,
        send: impl FnOnce(&Call, &Context) -> Reply + Send + 'static,
        keep: impl FnOnce(&Record) + Send + 'static,
    ) -> Reply {
        let cancel = &context.cancel;
        if cancel.is_cancelled() {
            return Failure::not_sent("cancelled").into();
        }
        let (stop, bell) = (CancelToken::new(), CancelToken::new());
        let context = context.stopped_by(&stop);
        let departure = context.departure.clone();
        let wait = Arc::new(Mutex::new(Wait::Going));
        let errand = Arc::new(Mutex::new(Some((call, send))));
        let reading = {
            let (errand, context) = (Arc::clone(&errand), context.clone());
            let (submissions, wait, bell) = (Arc::clone(self), Arc::clone(&wait), bell.clone());
            move || {
                let Some((call, send)) = lock(&errand).take() else { return };
                let outcome = catch_unwind(AssertUnwindSafe(|| send(&call, &context)));
                submissions.arrived(call, outcome, keep, &wait);
                bell.cancel();
            }
        };
        if !self.engine.beside(reading) {
            // There is no thread left: then on this one, and nobody leaves before the end.
            return match lock(&errand).take() {
                Some((call, send)) => send(&call, &context),
                None => Failure::unknown("its thread has gone").into(),
            };
        }
        let leaving = {
            let (departure, bell) = (departure.clone(), bell.clone());
            cancel.on_cancel(move || {
                if departure.hold_back() {
                    stop.cancel();
                }
                bell.cancel();
            })
        };
        bell.sleep(Duration::MAX);
        drop(leaving);
        let over = lock(&wait).over();
        if let Some(outcome) = over {
            return handed_over(outcome);
        }
        if departure.hold_back() {
            return Failure::not_sent("cancelled").into();
        }
        self.leave_behind(&wait)
    }

    fn leave_behind(&self, wait: &Mutex<Wait>) -> Reply {
        let place = Permit::for_one_left_behind(&self.engine, Class::Submission);
        let mut wait = lock(wait);
        // It may have come meanwhile.
        if let Some(outcome) = wait.over() {
            drop(wait);
            return handed_over(outcome);
        }
        lock(&self.left).out += 1;
        *wait = Wait::LeftBehind(place);
        Failure::unknown("cancelled; its answer is still waited for").into()
    }

    /// On the thread that reads: hands the reply to whoever waits, or tells of it.
    fn arrived(&self, call: Call, outcome: Outcome<Reply>, keep: impl FnOnce(&Record), wait: &Mutex<Wait>) {
        let place = {
            let mut wait = lock(wait);
            match mem::replace(&mut *wait, Wait::Going) {
                Wait::LeftBehind(place) => place,
                Wait::Going | Wait::Over(_) => {
                    *wait = Wait::Over(outcome);
                    return;
                }
            }
        };
        let reply = outcome.unwrap_or_else(|panic| {
            // It may panic once more when it is dropped.
            mem::forget(panic);
            Failure::unknown("the transport panicked").into()
        });
        let end = Late::new(call, reply, self.engine.now(), self.eager);
        if let Some(Late { detached, shown, record }) = &end {
            place.heard(*shown);
            // There is nobody to tell of a panic in here.
            contained(|| record.as_ref().map(keep));
            contained(|| detached.log());
            if let Some(listener) = &self.listener {
                LISTENING.set(true);
                contained(|| listener(detached));
                LISTENING.set(false);
            }
        }
        let mut left = lock(&self.left);
        left.out -= 1;
        left.ends.extend(end.map(|late| late.detached));
        drop(left);
        self.ended.notify_all();
    }

    /// Waits until none is out whose caller was stopped, or so long; hands out what became of those that have come to
    /// their end.
    pub(crate) fn settle(&self, patience: Duration) -> Vec<Detached> {
        // A listener would wait for itself.
        let patience = if LISTENING.get() { Duration::ZERO } else { patience };
        let is_awaited = |left: &Left| left.out > 0 || left.waiting.values().any(CancelToken::is_cancelled);
        let mut left = wait_while(&self.ended, lock(&self.left), patience, |left| is_awaited(left));
        mem::take(&mut left.ends)
    }
}

/// Somebody waits for a submission, or has not written down yet what came of it, until this is dropped.
#[derive(Debug)]
pub(crate) struct Awaited {
    submissions: Arc<Submissions>,
    number: u64,
}

impl Awaited {
    /// By somebody whom this token stops.
    pub(crate) fn by(submissions: &Arc<Submissions>, cancel: &CancelToken) -> Self {
        let mut left = lock(&submissions.left);
        let number = left.next;
        left.next += 1;
        left.waiting.insert(number, cancel.clone());
        Self { submissions: Arc::clone(submissions), number }
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        lock(&self.submissions.left).waiting.remove(&self.number);
        self.submissions.ended.notify_all();
    }
}

/// To whoever waits: a panic goes on where the call was asked for.
fn handed_over(outcome: Outcome<Reply>) -> Reply {
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Wait {
    /// The reply, if it has come.
    fn over(&mut self) -> Option<Outcome<Reply>> {
        match mem::replace(self, Self::Going) {
            Self::Over(outcome) => Some(outcome),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl fmt::Debug for Submissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submissions").field("out", &lock(&self.left).out).finish_non_exhaustive()
    }
}
