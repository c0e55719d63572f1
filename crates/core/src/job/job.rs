//! The state machine of one job: from before its submission to its end, or from a task already known.

use alloc::collections::VecDeque;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use fastrand::Rng;

use super::delivery::{Delivery, Failure};
use super::event::{Event, Resumed, Unrecorded};
use super::goal::Goal;
use super::machine::{Kind, Machine, Reply, Step};
use super::policy::Policy;
use super::schedule::{DENSEST, LAST_LOOK};
use super::submitting::{AfterAttempt, Submitting, conflict};
use super::watching::{AfterLook, Watching, ended};
use crate::action::Order;
use crate::error::{Billed, Error, ErrorKind};
use crate::record::{Claim, LedgerError, Outcome, Record};
use crate::time::Instant;
use crate::values::{IdempotencyKey, TaskId};
use crate::wire::{Answer, Status, Submission, Task};

/// One job as a state [`Machine`]: it submits and follows, or follows a task already known, until its
/// [`Goal`] is reached: `Job<Submission>` ends once the submission is accepted, `Job<Task>` with the pictures.
#[derive(Clone, Debug)]
pub struct Job<T = Task> {
    policy: Policy,
    deadline: Instant,
    /// The latest moment seen.
    now: Instant,
    rng: Rng,
    /// What is to be written down before anything is told.
    records: VecDeque<Record>,
    /// Whether one is being written.
    writing: bool,
    events: VecDeque<Event>,
    cancelled: bool,
    stage: Stage<T>,
}

/// So often a claim of somebody else is looked at.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
enum Stage<T> {
    Submitting(Submitting, Turn),
    Watching(Watching, Turn),
    /// The task, if its id was known, and what came of it.
    Ended(Option<TaskId>, Result<T, Error>),
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Ours, from this moment on.
    Ours(Instant),
    /// The ledger's: a claim is out.
    Ledgers,
    /// The server's: a call is out.
    Theirs,
}

impl Job<Task> {
    /// A job that submits what is ordered and waits for its pictures. An accepted submission is billed.
    ///
    /// `ticket` names the submission on every attempt; it must be of the operating system's making and used for
    /// one job only. The seed spreads the waits.
    pub fn submit(
        order: impl Into<Order>,
        ticket: IdempotencyKey,
        policy: Policy,
        seed: u64,
        now: Instant,
    ) -> Self {
        Self::submitting(order.into(), ticket, policy, seed, now)
    }

    /// A job that waits for a task already known. It costs nothing.
    pub fn resume(task_id: TaskId, policy: Policy, seed: u64, now: Instant) -> Self {
        let stage = Stage::Watching(Watching::known(task_id, now), Turn::Ours(now));
        Self::new(stage, policy, seed, now)
    }
}

impl Job<Submission> {
    /// A job that submits what is ordered and ends as soon as it is accepted, and so billed; see [`Job::submit`].
    pub fn submit_only(
        order: impl Into<Order>,
        ticket: IdempotencyKey,
        policy: Policy,
        seed: u64,
        now: Instant,
    ) -> Self {
        Self::submitting(order.into(), ticket, policy, seed, now)
    }
}

impl<T: Goal> Machine for Job<T> {
    type Call = crate::api::Call;
    type Reply = Reply;
    type Output = T;

    fn poll(&mut self, now: Instant) -> Step<T> {
        self.now = self.now.max(now);
        if self.writing {
            return Step::AwaitReply;
        }
        if let Some(record) = self.records.pop_front() {
            self.writing = true;
            return Step::Record(record);
        }
        if let Some(event) = self.events.pop_front() {
            return Step::Report(event);
        }
        let Some(at) = self.our_turn() else { return Step::AwaitReply };
        if self.now >= self.deadline && !matches!(self.stage, Stage::Ended(..)) {
            self.end_at_deadline();
            return self.poll(now);
        }
        let by = self.deadline;
        match &mut self.stage {
            Stage::Ended(_, result) => Step::Done(result.clone()),
            _ if self.now < at => Step::Wait(at.min(self.deadline)),
            Stage::Submitting(submitting, turn) => {
                let Some(until) = submitting.may_leave(self.now) else {
                    *turn = Turn::Ledgers;
                    return Step::Claim(submitting.intent());
                };
                *turn = Turn::Theirs;
                Step::Send { call: submitting.send(&self.policy), by: by.min(until) }
            }
            Stage::Watching(watching, turn) => {
                *turn = Turn::Theirs;
                Step::Send { call: watching.send(self.now), by }
            }
        }
    }

    fn on(&mut self, now: Instant, reply: Reply) {
        self.now = self.now.max(now);
        match reply {
            Reply::Answer(answer) => self.on_answer(&answer),
            Reply::Failure(failure) => self.on_failure(&failure),
        }
    }

    fn claimed(&mut self, now: Instant, claim: Result<Claim, LedgerError>) {
        self.now = self.now.max(now);
        let Stage::Submitting(submitting, turn @ Turn::Ledgers) = &mut self.stage else { return };
        *turn = Turn::Ours(self.now);
        match claim {
            Ok(Claim::New { lease }) => submitting.granted(self.now + lease),
            Ok(Claim::Held { left }) => {
                submitting.held();
                *turn = Turn::Ours(self.now + left.min(PATIENCE));
            }
            Ok(Claim::Accepted(task_id)) => return self.resume_with(task_id),
            Ok(Claim::Ended(outcome)) => return self.end_as_before(&outcome),
            Ok(Claim::Unconfirmed { reason }) => {
                let error = submitting.unconfirmed_before(&reason);
                return self.end(Err(error));
            }
            Ok(Claim::Conflict { request }) => {
                return self.end(Err(conflict(&request)));
            }
            Err(error) if !self.cancelled && self.now < self.deadline => {
                let error = submitting.not_granted(&error);
                return self.end(Err(error));
            }
            // That it was stopped, or late, says more.
            Err(_) => {}
        }
        if self.cancelled {
            self.cancel();
        }
    }

    fn recorded(&mut self, now: Instant, recorded: Result<(), LedgerError>) {
        self.now = self.now.max(now);
        let was_asked = mem::replace(&mut self.writing, false);
        let (true, Err(error)) = (was_asked, recorded) else { return };
        let task_id = self.task_id().cloned();
        self.events.push_back(Event::Unrecorded(Unrecorded { task_id, problem: error.to_string() }));
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        match &self.stage {
            Stage::Submitting(submitting, Turn::Ours(_)) => {
                let billed = submitting.billed();
                self.end(Err(cancelled(billed)));
            }
            Stage::Watching(watching, Turn::Ours(_)) => {
                let message = "cancelled while waiting; the task goes on";
                let error = Error::new(ErrorKind::Cancelled, watching.billed(), message);
                let error = error.about(&watching.task_id);
                self.end(Err(error));
            }
            Stage::Submitting(..) | Stage::Watching(..) | Stage::Ended(..) => {}
        }
    }

    fn tasks(&self) -> Vec<&TaskId> {
        self.task_id().into_iter().collect()
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn next(&self) -> Kind {
        match &self.stage {
            Stage::Submitting(..) => Kind::Submission,
            Stage::Watching(..) | Stage::Ended(..) => Kind::Look,
        }
    }
}

impl<T: Goal> Job<T> {
    fn submitting(order: Order, ticket: IdempotencyKey, policy: Policy, seed: u64, now: Instant) -> Self {
        Self::new(Stage::Submitting(Submitting::new(order, ticket), Turn::Ours(now)), policy, seed, now)
    }

    fn new(stage: Stage<T>, policy: Policy, seed: u64, now: Instant) -> Self {
        Self {
            policy,
            deadline: now + policy.deadline,
            now,
            rng: Rng::with_seed(seed),
            records: VecDeque::new(),
            writing: false,
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
            Stage::Ended(task_id, _) => task_id.as_ref(),
        }
    }

    fn on_answer(&mut self, answer: &Answer) {
        let Self { policy, rng, events, .. } = self;
        match &mut self.stage {
            Stage::Submitting(submitting, Turn::Theirs) => {
                let after = submitting.on_answer(answer, policy, rng);
                self.after_attempt(after, Billed::Maybe);
            }
            Stage::Watching(watching, Turn::Theirs) => {
                let after = watching.on_answer(self.now, answer, rng, events);
                self.after_look(after);
            }
            _ => {}
        }
    }

    fn on_failure(&mut self, failure: &Failure) {
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

    /// From when it is our turn; at once where the job has ended.
    fn our_turn(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Submitting(_, turn) | Stage::Watching(_, turn) => match turn {
                Turn::Ours(at) => Some(*at),
                Turn::Ledgers | Turn::Theirs => None,
            },
            Stage::Ended(..) => Some(self.now),
        }
    }

    /// `doubt`: what a cancelled attempt that was neither accepted nor refused may have cost.
    fn after_attempt(&mut self, after: AfterAttempt, doubt: Billed) {
        let Stage::Submitting(submitting, turn) = &mut self.stage else { return };
        match after {
            AfterAttempt::Accepted(submission) => {
                let first = self.now + submitting.action().first_look();
                self.records.push_back(submitting.accepted(&submission));
                self.events.push_back(Event::Submitted(submission.clone()));
                self.follow(&submission, first);
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
                self.records.extend(submitting.rest(&retry.reason));
                self.events.push_back(Event::Retrying(retry));
            }
            AfterAttempt::End(error) if self.cancelled && error.kind() != ErrorKind::Refused => {
                let cause = error.cause().unwrap_or_default();
                self.end(Err(cancelled(doubt).caused_by(&cause)));
            }
            AfterAttempt::End(error) => self.end(Err(error)),
        }
    }

    /// Goes on with a task that was paid for before.
    fn resume_with(&mut self, task_id: TaskId) {
        self.events.push_back(Event::Resumed(Resumed { task_id: task_id.clone() }));
        self.follow(&Submission::new(task_id, Status::Pending), self.now);
    }

    /// Ends as a task ended that was paid for before.
    fn end_as_before(&mut self, outcome: &Outcome) {
        let Some(task) = outcome.task() else { return self.resume_with(outcome.task_id.clone()) };
        self.events.push_back(Event::Resumed(Resumed { task_id: outcome.task_id.clone() }));
        self.stage = Stage::Ended(Some(outcome.task_id.clone()), ended(task).map(T::finished));
    }

    /// From now on there is a task.
    fn follow(&mut self, submission: &Submission, first: Instant) {
        let first = Turn::Ours(self.look_at(first, Duration::ZERO));
        self.stage = Stage::Watching(Watching::submitted(submission.task_id.clone(), self.now), first);
        match T::accepted(submission) {
            Some(output) => self.end(Ok(output)),
            None if self.cancelled => self.cancel(),
            None => {}
        }
    }

    fn after_look(&mut self, after: AfterLook) {
        match after {
            AfterLook::End(result, outcome) => {
                self.records.extend(outcome.map(Record::Ended));
                self.end(result.map(T::finished));
            }
            AfterLook::Rest(pause) => self.look_again(pause),
            AfterLook::Again(retry) => {
                self.look_again(retry.after);
                if !self.cancelled {
                    self.events.push_back(Event::Retrying(retry));
                }
            }
        }
        if self.cancelled {
            self.cancel();
        }
    }

    fn look_again(&mut self, pause: Duration) {
        let at = self.look_at(self.now + pause, DENSEST);
        if let Stage::Watching(_, turn) = &mut self.stage {
            *turn = Turn::Ours(at);
        }
    }

    /// When to look: as planned or, where that would be too late, once more just before the end, if not sooner
    /// than after `rest`.
    fn look_at(&self, planned: Instant, rest: Duration) -> Instant {
        let last = (self.deadline - LAST_LOOK).max(self.now + rest);
        if planned >= self.deadline && last < self.deadline { last } else { planned }
    }

    fn end_at_deadline(&mut self) {
        match &self.stage {
            Stage::Submitting(submitting, _) => self.end(Err(submitting.on_deadline())),
            Stage::Watching(watching, _) => self.end(Err(watching.on_deadline(self.policy.deadline))),
            Stage::Ended(..) => {}
        }
    }

    fn end(&mut self, result: Result<T, Error>) {
        if let (Stage::Submitting(submitting, _), Err(error)) = (&mut self.stage, &result) {
            self.records.extend(submitting.give_back(error.billed(), error.to_string()));
        }
        let task_id = self.task_id().cloned();
        self.stage = Stage::Ended(task_id, result);
    }
}

fn cancelled(billed: Billed) -> Error {
    let message = match billed {
        Billed::No => "cancelled before anything was accepted",
        _ => "cancelled while the answer was out; the submission may have been accepted",
    };
    Error::new(ErrorKind::Cancelled, billed, message)
}
