//! A submission that nobody waits for any more, and what became of it.

use std::fmt;

use zoomout_core::{
    Action, Billed, Call, Error, ErrorKind, IdempotencyKey, Instant, Job, Machine, Policy, Reply, Resubmit,
    Step, Submission, for_people,
};

use crate::dispatcher::{Class, Reception};
use crate::errand::reception;

/// A submission whose caller was stopped while it was on its way, and what became of it.
///
/// Its caller was told that it may have been billed. Nothing is ever sent again for it, and nobody waits for the
/// task: whoever keeps a record, or wants the picture, hears of it here; see
/// [`ClientBuilder::on_detached`](crate::ClientBuilder::on_detached) and [`Client::settle`](crate::Client::settle).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Detached {
    /// What was submitted.
    pub action: Action,
    /// The name under which it was, if it had one.
    pub idempotency_key: Option<IdempotencyKey>,
    /// It was accepted, and is billed; or why not, and whether it may be billed all the same
    /// ([`Error::billed`]).
    pub result: Result<Submission, Error>,
}

impl Detached {
    /// What the late reply to a submission means, and what it shows of the server. Nothing for any other call.
    ///
    /// Where submissions are sent again although they may have been executed (`eager`), a refusal of this attempt
    /// says nothing of those before it.
    pub(crate) fn new(call: Call, reply: Reply, now: Instant, eager: bool) -> Option<(Self, Reception)> {
        let Call::Submit { action, idempotency_key } = call else { return None };
        // The core reads it as it reads the reply to any submission that is sent once.
        let key = idempotency_key.clone().unwrap_or_else(|| IdempotencyKey::from_bits(0));
        let policy = Policy::default().resubmit(Resubmit::Never);
        let mut job = Job::submit_only(action.clone(), key, policy, 0, now);
        let Step::Send { .. } = job.poll(now) else { return None };
        job.on(now, reply);
        let first = job.poll(now);
        let shown = reception(Class::Submission, &first, now);
        let end = match first {
            Step::Report(_) => job.poll(now),
            end => end,
        };
        let Step::Done(result) = end else { return None };
        let result = result.map_err(|error| match error.billed() {
            Billed::No if eager => {
                let message = "an attempt before this one may have been accepted";
                Error::in_doubt(ErrorKind::Unconfirmed, &action, message).caused_by(&error)
            }
            _ => error,
        });
        Some((Self { action, idempotency_key, result }, shown))
    }

    /// Into the log of the program, if it has one.
    pub(crate) fn log(&self) {
        log::warn!("{self}");
    }
}

/// What became of it, on one line.
impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = self.action.spec().noun;
        match &self.result {
            Ok(submission) => {
                let task_id = for_people(submission.task_id.as_str());
                write!(f, "a cancelled {noun} was accepted, and is billed: task {task_id}")
            }
            Err(error) => write!(f, "a cancelled {noun} (billed: {}): {error}", error.billed()),
        }
    }
}
