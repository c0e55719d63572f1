//! The state machine of one job: from before its submission to its end, or from a task already known.

mod delivery;
mod event;
mod fetching;
mod look;
mod policy;
pub(crate) mod resubmit;
pub(crate) mod schedule;
mod step;
mod submitting;
mod watching;

pub use delivery::{Delivery, Failure};
pub use event::{Attempt, Event, Progress, Retry};
pub use fetching::Fetching;
pub use policy::Policy;
pub use resubmit::Resubmit;
pub use step::Step;

use alloc::collections::VecDeque;

use fastrand::Rng;
use http::Response;

use crate::api::Action;
use crate::error::{Billed, Error, ErrorKind};
use crate::job::schedule::first_look;
use crate::job::submitting::{AfterAttempt, Submitting};
use crate::job::watching::{AfterLook, Watching};
use crate::time::Instant;
use crate::values::{IdempotencyKey, TaskId};
use crate::wire::Task;
use crate::wire::answer::Answer;

/// One job as a state machine without clock, socket or thread.
///
/// The driver asks [`poll`](Self::poll) what to do, does it, and asks again; see the crate's page for a
/// complete driver. Asking too often is harmless: while a call is out the answer is
/// [`Step::AwaitReply`], so a driver that asks twice cannot buy twice. All that happened is reported
/// before the end is, so a ledger cannot miss a task id.
///
/// Equal input gives equal output: jitter comes from the seed, time from the arguments. Time that
/// stands still or goes back is harmless.
#[derive(Clone, Debug)]
pub struct Job {
    policy: Policy,
    deadline: Instant,
    /// The latest moment seen.
    now: Instant,
    rng: Rng,
    events: VecDeque<Event>,
    cancelled: bool,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Submitting(Submitting, Turn),
    Watching(Watching, Turn),
    Ended(Result<Task, Error>),
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Ours, from this moment on.
    Ours(Instant),
    /// The server's: a call is out.
    Theirs,
}

impl Job {
    /// A job that submits `action` and waits for its pictures. An accepted submission is billed.
    ///
    /// The seed spreads the waits and names the submission (see [`IdempotencyKey`]): it must be random,
    /// and used for one job only.
    pub fn submit(action: impl Into<Action>, policy: Policy, seed: u64, now: Instant) -> Self {
        let key = policy.idempotency_key.then(|| IdempotencyKey::from_seed(seed));
        let stage = Stage::Submitting(Submitting::new(action.into(), key), Turn::Ours(now));
        Self::new(stage, policy, seed, now)
    }

    /// A job that waits for a task already known. It costs nothing.
    pub fn resume(task_id: TaskId, policy: Policy, seed: u64, now: Instant) -> Self {
        let stage = Stage::Watching(Watching::known(task_id, now), Turn::Ours(now));
        Self::new(stage, policy, seed, now)
    }

    fn new(stage: Stage, policy: Policy, seed: u64, now: Instant) -> Self {
        Self {
            policy,
            deadline: now + policy.deadline,
            now,
            rng: Rng::with_seed(seed),
            events: VecDeque::new(),
            cancelled: false,
            stage,
        }
    }

    /// The task, as soon as its id is known.
    pub fn task_id(&self) -> Option<&TaskId> {
        match &self.stage {
            Stage::Submitting(..) => None,
            Stage::Watching(watching, _) => Some(&watching.task_id),
            Stage::Ended(Ok(task)) => Some(&task.task_id),
            Stage::Ended(Err(error)) => error.task_id(),
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: Instant) -> Step {
        self.now = self.now.max(now);
        if let Some(event) = self.events.pop_front() {
            return Step::Report(event);
        }
        let Some(at) = self.our_turn() else { return Step::AwaitReply };
        if self.now >= self.deadline {
            self.end_at_deadline();
        }
        match &mut self.stage {
            Stage::Ended(result) => Step::Done(result.clone()),
            _ if self.now < at => Step::Wait(at.min(self.deadline)),
            Stage::Submitting(submitting, turn) => {
                *turn = Turn::Theirs;
                Step::Send(submitting.send())
            }
            Stage::Watching(watching, turn) => {
                *turn = Turn::Theirs;
                Step::Send(watching.send())
            }
        }
    }

    /// Reports the answer to the call that is out. Without such a call it is ignored.
    pub fn on_response(&mut self, now: Instant, response: &Response<impl AsRef<[u8]>>) {
        self.now = self.now.max(now);
        let Self { policy, rng, events, .. } = self;
        match &mut self.stage {
            Stage::Submitting(submitting, Turn::Theirs) => {
                let after = submitting.on_response(&Answer::read(response), policy, rng);
                self.after_attempt(after, Billed::Maybe);
            }
            Stage::Watching(watching, Turn::Theirs) => {
                let after = watching.on_response(self.now, &Answer::read(response), rng, events);
                self.after_look(after);
            }
            _ => {}
        }
    }

    /// Reports that the call that is out ended without an answer. Without such a call it is ignored.
    pub fn on_failure(&mut self, now: Instant, failure: &Failure) {
        self.now = self.now.max(now);
        let Self { policy, rng, .. } = self;
        match &mut self.stage {
            Stage::Submitting(submitting, Turn::Theirs) => {
                let after = submitting.on_failure(failure, policy, rng);
                let doubt = match failure.delivery {
                    Delivery::NotSent => submitting.billed(),
                    Delivery::Unknown => Billed::Maybe,
                };
                self.after_attempt(after, doubt);
            }
            Stage::Watching(watching, Turn::Theirs) => {
                let after = watching.on_failure(failure, rng);
                self.after_look(after);
            }
            _ => {}
        }
    }

    /// Stops waiting. The task itself goes on: no route cancels it. If a call is out, the driver still
    /// reports how it ended, so that the error can tell the truth about the bill and name the task.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        match &self.stage {
            Stage::Submitting(submitting, Turn::Ours(_)) => {
                let billed = submitting.billed();
                self.end(Err(cancelled(billed)));
            }
            Stage::Watching(watching, Turn::Ours(_)) => {
                let error = cancelled(Billed::Yes).about(&watching.task_id);
                self.end(Err(error));
            }
            Stage::Submitting(_, Turn::Theirs) | Stage::Watching(_, Turn::Theirs) | Stage::Ended(_) => {}
        }
    }

    /// From when it is our turn; at once where the job has ended.
    fn our_turn(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Submitting(_, turn) | Stage::Watching(_, turn) => match turn {
                Turn::Ours(at) => Some(*at),
                Turn::Theirs => None,
            },
            Stage::Ended(_) => Some(self.now),
        }
    }

    /// `doubt`: what a cancelled attempt that was neither accepted nor refused may have cost.
    fn after_attempt(&mut self, after: AfterAttempt, doubt: Billed) {
        let Stage::Submitting(submitting, turn) = &mut self.stage else { return };
        match after {
            AfterAttempt::Accepted(submission) => {
                let task_id = submission.task_id.clone();
                let look_at = self.now + first_look(&submitting.action);
                self.events.push_back(Event::Submitted(submission));
                self.stage = Stage::Watching(Watching::submitted(task_id, self.now), Turn::Ours(look_at));
                if self.cancelled {
                    self.cancel();
                }
            }
            AfterAttempt::Again(_) if self.cancelled => {
                let billed = submitting.billed();
                self.end(Err(cancelled(billed)));
            }
            // Waiting would be in vain.
            AfterAttempt::Again(retry) if self.now + retry.after >= self.deadline => {
                let error = submitting.on_deadline();
                self.end(Err(error));
            }
            AfterAttempt::Again(retry) => {
                *turn = Turn::Ours(self.now + retry.after);
                self.events.push_back(Event::Retrying(retry));
            }
            AfterAttempt::End(error) if self.cancelled && error.kind() != ErrorKind::Refused => {
                let cause = error.cause().unwrap_or_default();
                self.end(Err(cancelled(doubt).caused_by(&cause)));
            }
            AfterAttempt::End(error) => self.end(Err(error)),
        }
    }

    fn after_look(&mut self, after: AfterLook) {
        let Stage::Watching(_, turn) = &mut self.stage else { return };
        match after {
            AfterLook::End(result) => self.end(result),
            AfterLook::Rest(pause) => *turn = Turn::Ours(self.now + pause),
            AfterLook::Again(retry) => {
                *turn = Turn::Ours(self.now + retry.after);
                if !self.cancelled {
                    self.events.push_back(Event::Retrying(retry));
                }
            }
        }
        if self.cancelled {
            self.cancel();
        }
    }

    fn end_at_deadline(&mut self) {
        match &self.stage {
            Stage::Submitting(submitting, _) => self.end(Err(submitting.on_deadline())),
            Stage::Watching(watching, _) => self.end(Err(watching.on_deadline(self.policy.deadline))),
            Stage::Ended(_) => {}
        }
    }

    fn end(&mut self, result: Result<Task, Error>) {
        self.stage = Stage::Ended(result);
    }
}

fn cancelled(billed: Billed) -> Error {
    let message = match billed {
        Billed::No => "cancelled before anything was accepted",
        Billed::Maybe => "cancelled while the answer was out; the submission may have been accepted",
        Billed::Yes => "cancelled while waiting; the task goes on",
    };
    Error::new(ErrorKind::Cancelled, billed, message)
}
