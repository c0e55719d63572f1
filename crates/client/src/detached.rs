//! A submission that nobody waits for any more, and what became of it.

use std::fmt;
use std::time::Duration;

use zoomout_core::{
    Action, Billed, Call, Claim, Error, ErrorKind, IdempotencyKey, Instant, Job, Machine, Policy, Record,
    Reply, Resubmit, Step, Submission, for_people,
};

use crate::dispatcher::{Class, Reception};
use crate::reception::reception;

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
    /// Whose claim it was; what it carried as its `Idempotency-Key`, unless that is switched off.
    pub ticket: IdempotencyKey,
    /// It was accepted, and is billed; or why not, and whether it may be billed all the same
    /// ([`Error::billed`]).
    pub result: Result<Submission, Error>,
}

/// What a late reply means.
pub(crate) struct Late {
    pub(crate) detached: Detached,
    /// What it shows of the server.
    pub(crate) shown: Reception,
    /// What is to be written down.
    pub(crate) record: Option<Record>,
}

impl Late {
    /// What the late reply to a submission means. Nothing for any other call.
    ///
    /// Where submissions are sent again although they may have been executed (`eager`), a refusal of this attempt
    /// says nothing of those before it.
    pub(crate) fn new(call: Call, reply: Reply, now: Instant, eager: bool) -> Option<Self> {
        let Call::Submit { action, ticket, .. } = call else { return None };
        // The core reads it as it reads the reply to any submission that is sent once.
        let policy = Policy::default().resubmit(Resubmit::Never);
        let mut job = Job::submit_only(action.clone(), ticket.clone(), policy, 0, now);
        let mut reply = Some(reply);
        let (mut shown, mut record) = (Reception::Other, None);
        let result = loop {
            let step = job.poll(now);
            let told = reception(Class::Submission, &step, now);
            match step {
                Step::Claim(_) => job.claimed(now, Ok(Claim::New { lease: Duration::MAX })),
                Step::Send { .. } => job.on(now, reply.take()?),
                Step::Record(of) => {
                    record = Some(of);
                    job.recorded(now, Ok(()));
                }
                Step::Report(_) => {}
                Step::Done(result) => {
                    shown = told.unwrap_or(shown);
                    break result;
                }
                Step::Wait(_) | Step::AwaitReply => return None,
            }
            shown = told.unwrap_or(shown);
        };
        let result = result.map_err(|error| match error.billed() {
            Billed::No if eager => {
                let message = "an attempt before this one may have been accepted";
                Error::in_doubt(ErrorKind::Unconfirmed, &action, message).caused_by(&error)
            }
            _ => error,
        });
        // A refusal of this attempt gives no key free while another may have been accepted.
        let is_certain = result.as_ref().err().is_none_or(|error| error.billed() == Billed::No);
        let record = record.filter(|record| is_certain || !matches!(record, Record::Released { .. }));
        Some(Self { detached: Detached { action, ticket, result }, shown, record })
    }
}

impl Detached {
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
