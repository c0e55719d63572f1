//! The part of a job before the task exists: sending the submission, once if at all possible.

use alloc::format;
use alloc::string::String;
use core::mem;

use fastrand::Rng;

use super::delivery::Failure;
use super::event::{Attempt, Retry};
use super::policy::Policy;
use super::resubmit::{Resubmit, Shape, Verdict, after_answer, after_failure};
use super::schedule;
use super::sight::refused;
use crate::action::{Action, Order};
use crate::api::Call;
use crate::error::{Billed, Error, ErrorKind};
use crate::people::for_people;
use crate::record::{Intent, LedgerError, Record};
use crate::time::Instant;
use crate::values::IdempotencyKey;
use crate::wire::{Answer, Submission};

/// A submission that has not been accepted yet.
#[derive(Clone, Debug)]
pub(crate) struct Submitting {
    order: Order,
    /// Whose claim it is.
    ticket: IdempotencyKey,
    claim: Hold,
    /// How often it was sent.
    attempts: u32,
    /// Why the last attempt brought nothing.
    last: Option<Error>,
    /// Whether an attempt that was repeated may have been executed all the same: only
    /// [`Resubmit::Eager`] repeats such a one.
    in_doubt: bool,
}

/// How far the claim is: every attempt needs one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// There is none.
    None,
    /// It is granted until then, and nothing has left.
    Granted(Instant),
    /// Under it an attempt was made.
    Used,
    /// Somebody else has it.
    Theirs,
}

/// What follows from an attempt.
pub(crate) enum AfterAttempt {
    Accepted(Submission),
    Again(Retry),
    End(Error),
}

impl Submitting {
    pub(crate) fn new(order: Order, ticket: IdempotencyKey) -> Self {
        Self { order, ticket, claim: Hold::None, attempts: 0, last: None, in_doubt: false }
    }

    pub(crate) const fn action(&self) -> &Action {
        &self.order.action
    }

    /// What to claim. Only the first claim may replace what has ended: whatever is found later is of this job's
    /// time, and serves it.
    pub(crate) fn intent(&mut self) -> Intent {
        let intent = Intent::new(&self.order, self.ticket.clone());
        self.order.again = false;
        intent
    }

    /// The claim is granted until then.
    pub(crate) fn granted(&mut self, until: Instant) {
        self.claim = Hold::Granted(until);
    }

    /// Somebody else has the claim.
    pub(crate) fn held(&mut self) {
        self.claim = Hold::Theirs;
    }

    /// By when an attempt must have ended, if one may be made now.
    pub(crate) fn may_leave(&self, now: Instant) -> Option<Instant> {
        match self.claim {
            Hold::Granted(until) if now < until => Some(until),
            _ => None,
        }
    }

    pub(crate) fn send(&mut self, policy: &Policy) -> Call {
        self.attempts = self.attempts.saturating_add(1);
        self.claim = Hold::Used;
        Call::Submit {
            action: self.order.action.clone(),
            ticket: self.ticket.clone(),
            idempotency_key: policy.idempotency_key,
        }
    }

    /// That it was accepted.
    pub(crate) fn accepted(&self, submission: &Submission) -> Record {
        Record::Accepted { ticket: self.ticket.clone(), task_id: submission.task_id.clone() }
    }

    /// Gives back the claim, if there is one: this is what came of it.
    pub(crate) fn give_back(&mut self, billed: Billed, reason: String) -> Option<Record> {
        if matches!(mem::replace(&mut self.claim, Hold::None), Hold::None | Hold::Theirs) {
            return None;
        }
        let ticket = self.ticket.clone();
        Some(match billed {
            Billed::No => Record::Released { ticket, reason },
            Billed::Maybe | Billed::Yes => Record::Unconfirmed { ticket, reason },
        })
    }

    pub(crate) fn on_answer(&mut self, answer: &Answer, policy: &Policy, rng: &mut Rng) -> AfterAttempt {
        let parent = self.order.action.parent();
        let shape = Shape::of(answer, parent);
        let verdict = after_answer(answer.status, shape, policy.resubmit);
        self.in_doubt |= verdict == Verdict::Again
            && after_answer(answer.status, shape, Resubmit::Safe) == Verdict::Unconfirmed;
        match (verdict, answer.submission(parent)) {
            (Verdict::Accepted, Some(submission)) => AfterAttempt::Accepted(submission),
            (Verdict::Refused, _) => AfterAttempt::End(self.honest(self.refused(answer))),
            (Verdict::Again, _) => self.again(self.refused(answer), policy, rng),
            (Verdict::Accepted | Verdict::Unconfirmed, _) => {
                let api = answer.to_api_error();
                let problem =
                    format!("the server answered the {} with status {}", self.noun(), answer.status);
                AfterAttempt::End(unconfirmed(&problem, &api.message).answered(api))
            }
        }
    }

    pub(crate) fn on_failure(&mut self, failure: &Failure, policy: &Policy, rng: &mut Rng) -> AfterAttempt {
        match after_failure(failure.delivery, policy.resubmit) {
            Verdict::Again => self.again(self.not_sent(failure), policy, rng),
            Verdict::Accepted | Verdict::Refused => AfterAttempt::End(self.honest(self.not_sent(failure))),
            Verdict::Unconfirmed => {
                let problem = format!("no answer came to the {}", self.noun());
                AfterAttempt::End(unconfirmed(&problem, &failure.cause))
            }
        }
    }

    /// What to say when the time is up and nothing was accepted: the last refusal, if there was one.
    pub(crate) fn on_deadline(&self) -> Error {
        let last = self.last.clone().filter(|_| self.claim != Hold::Theirs);
        let error = last.unwrap_or_else(|| {
            let message = match self.claim {
                Hold::Theirs => {
                    format!("the time was up while somebody else was submitting the {}", self.noun())
                }
                _ => format!("the time was up before the {} was sent", self.noun()),
            };
            Error::new(ErrorKind::Deadline, self.billed(), message)
        });
        self.honest(error)
    }

    pub(crate) const fn noun(&self) -> &'static str {
        self.action().spec().noun
    }

    fn again(&mut self, error: Error, policy: &Policy, rng: &mut Rng) -> AfterAttempt {
        let invited = error.api().is_some_and(crate::error::ApiError::is_rate_limit);
        if !invited && self.attempts >= policy.attempts.get() {
            return AfterAttempt::End(self.honest(error));
        }
        let after = schedule::before_repeat(self.attempts, error.retry_after(), rng);
        let cause = error.cause().unwrap_or_default();
        let reason = if cause.is_empty() { format!("{error}") } else { format!("{error}: {cause}") };
        self.last = Some(error);
        AfterAttempt::Again(Retry { attempt: Attempt::Submission, reason, after, rate_limited: invited })
    }

    /// What the attempts so far, all of them to be repeated, may have cost; or that of somebody else.
    pub(crate) const fn billed(&self) -> Billed {
        if self.in_doubt || matches!(self.claim, Hold::Theirs) { Billed::Maybe } else { Billed::No }
    }

    /// What came of an attempt that is to be made again: nothing, and so the claim is free while it waits, unless an
    /// attempt may have been executed.
    pub(crate) fn rest(&mut self, reason: &str) -> Option<Record> {
        if self.in_doubt { None } else { self.give_back(Billed::No, String::from(reason)) }
    }

    /// What to say of a claim that was not granted.
    pub(crate) fn not_granted(&self, error: &LedgerError) -> Error {
        let message = format!("the {} could not be recorded, and was not sent", self.noun());
        self.honest(Error::new(ErrorKind::Storage, Billed::No, message).caused_by(error))
    }

    /// What to say where nobody knows what became of an earlier submission.
    pub(crate) fn unconfirmed_before(&self, reason: &str) -> Error {
        let message = format!(
            "an earlier {} under this key may have been accepted, and may have been billed",
            self.noun()
        );
        Error::new(ErrorKind::Unconfirmed, Billed::Maybe, message).caused_by(&for_people(reason))
    }

    /// "Not billed" is true of the last attempt; an earlier one may say otherwise.
    fn honest(&self, error: Error) -> Error {
        if !self.in_doubt {
            return error;
        }
        let problem = format!("an earlier attempt at the {} had no clear answer", self.noun());
        unconfirmed(&problem, &format!("{error}"))
    }

    fn refused(&self, answer: &Answer) -> Error {
        refused(&["the ", self.noun()].concat(), answer.to_api_error(), Billed::No)
    }

    fn not_sent(&self, failure: &Failure) -> Error {
        let message = format!("the {} did not leave this machine", self.noun());
        Error::new(ErrorKind::Transport, Billed::No, message).caused_by(&failure.cause)
    }
}

/// What to say where a key stands for something else.
pub(crate) fn conflict(request: &str) -> Error {
    Error::invalid("key", format_args!("stands for another request: {}", for_people(request)))
}

fn unconfirmed(problem: &str, cause: &String) -> Error {
    let message = format!("{problem}; it may have been accepted, and may have been billed");
    Error::new(ErrorKind::Unconfirmed, Billed::Maybe, message).caused_by(cause)
}
