//! What every machine has in common: the protocol between whoever decides and whoever acts.

use alloc::vec::Vec;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::delivery::Failure;
use super::event::Event;
use crate::api::Call;
use crate::error::Error;
use crate::record::{Claim, Intent, LedgerError, Record};
use crate::time::Instant;
use crate::values::TaskId;
use crate::wire::Answer;

/// Something that goes on for longer than one call: a [`Job`](crate::Job), a single [`Look`](crate::Look), a
/// [`Fetch`](crate::Fetch) of pictures.
///
/// It has no clock, socket or thread. Its driver asks [`poll`](Self::poll) what to do, does it, and asks
/// again; see the crate's page for a complete one. Asking too often is harmless: while a call is out the
/// answer is [`Step::AwaitReply`], so a driver that asks twice cannot buy twice. Nothing that costs money is handed
/// out before a ledger has granted its claim, and no task id, result or end before it is written down.
///
/// Equal input gives equal output: jitter comes from a seed, time from the arguments. Time that stands still
/// or goes back is harmless.
pub trait Machine {
    /// What it asks its driver to do: a [`Call`] of the API, or the download of a [`Picture`](crate::Picture).
    type Call;
    /// What comes of it.
    type Reply: From<Failure>;
    /// What it is for.
    type Output;

    /// What to do next.
    fn poll(&mut self, now: Instant) -> Step<Self::Output, Self::Call>;

    /// Reports what came of the call that is out. Without such a call it is ignored.
    fn on(&mut self, now: Instant, reply: Self::Reply);

    /// Reports what a ledger answered to [`Step::Claim`]. Without such a step it is ignored.
    fn claimed(&mut self, _now: Instant, _claim: Result<Claim, LedgerError>) {}

    /// Reports whether a ledger has written down what [`Step::Record`] asked for. Without such a step it is ignored.
    fn recorded(&mut self, _now: Instant, _recorded: Result<(), LedgerError>) {}

    /// Stops. A task that was submitted goes on: no route cancels it. If a call is out, the driver still
    /// reports how it ended, so that the error can tell the truth about the bill and name the task.
    fn cancel(&mut self);

    /// The tasks that are known: what was paid for, or what is looked at.
    fn tasks(&self) -> Vec<&TaskId>;

    /// When it ends at the latest. No call, wait or phase of either goes on beyond it.
    fn deadline(&self) -> Instant;

    /// Which kind of call it makes next, for a driver that has limits of its own: it asks before it polls, so
    /// that no deadline begins while somebody waits for a place.
    fn next(&self) -> Kind;
}

/// What the driver of a machine does next. It is a protocol, and so exhaustive: a driver that does not know a
/// step must not compile.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a step that is not taken stops the machine"]
pub enum Step<T, C = Call> {
    /// Make this call, then report its answer or its failure. Handed out once.
    Send {
        /// What to do.
        call: C,
        /// The moment by which it must have ended, every phase of it.
        by: Instant,
    },
    /// Ask a ledger for leave to submit this, then report its answer with [`Machine::claimed`]. A driver without
    /// one grants [`Claim::New`].
    Claim(Intent),
    /// Have a ledger write this down, then report with [`Machine::recorded`] that it has.
    Record(Record),
    /// A call, a claim or a record is out: the machine waits for its report.
    AwaitReply,
    /// Tell whoever watches.
    Report(Event),
    /// Nothing to do before this moment.
    Wait(Instant),
    /// The end; asking again answers the same.
    Done(Result<T, Error>),
}

/// What comes of a [`Call`].
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer, whatever it says; made by [`Api::answer`](crate::Api::answer).
    Answer(Answer),
    /// None.
    Failure(Failure),
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Whose limits a call falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A submission, which **costs money** once accepted.
    Submission,
    /// A look at a task.
    Look,
    /// The download of a picture.
    Download,
}

/// As JSON, for drivers in other languages: an object with one member, `send` (the call, and in `by` the moment
/// by which it must have ended), `claim`, `record`, `await_reply`, `report`, `wait` (until then), `done` or `failed`.
/// Moments are milliseconds after the origin.
impl<T: Serialize, C: Serialize> Serialize for Step<T, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Send<'a, C> {
            #[serde(flatten)]
            call: &'a C,
            by: u64,
        }
        let mut object = serializer.serialize_map(Some(1))?;
        match self {
            Self::Send { call, by } => {
                object.serialize_entry("send", &Send { call, by: by.as_millis() })?;
            }
            Self::Claim(intent) => object.serialize_entry("claim", intent)?,
            Self::Record(record) => object.serialize_entry("record", record)?,
            Self::AwaitReply => object.serialize_entry("await_reply", &true)?,
            Self::Report(event) => object.serialize_entry("report", event)?,
            Self::Wait(until) => object.serialize_entry("wait", &until.as_millis())?,
            Self::Done(Ok(output)) => object.serialize_entry("done", output)?,
            Self::Done(Err(error)) => object.serialize_entry("failed", error)?,
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Billed, ErrorKind, IdempotencyKey, Task, Zoom};
    use alloc::string::ToString;
    use serde_json::json;

    #[test]
    fn a_step_has_one_member() {
        let zoom = Zoom::by_ratio(TaskId::new("task_1").unwrap(), None);
        let ticket = IdempotencyKey::from_bits(7);
        let call = Call::Submit { action: zoom.into(), ticket, idempotency_key: true };
        let send: Step<Task> = Step::Send { call, by: Instant::from_millis(1_800_000) };
        assert_eq!(
            json!(send),
            json!({"send": {
                "method": "POST",
                "path": "/v1/midjourney/generations/zoom",
                "body": {"task_id": "task_1"},
                "by": 1_800_000,
            }})
        );
        let wait: Step<Task> = Step::Wait(Instant::from_millis(1_500));
        assert_eq!(json!(wait).to_string(), r#"{"wait":1500}"#);
        let failed: Step<Task> = Step::Done(Err(Error::new(ErrorKind::Refused, Billed::No, "no")));
        assert_eq!(json!(failed)["failed"]["kind"], "refused");
    }
}
