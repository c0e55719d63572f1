//! What the driver of a job does next.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::api::Call;
use crate::error::Error;
use crate::job::Event;
use crate::time::Instant;
use crate::wire::Task;

/// What the driver of a job does next.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a step is looked at and dropped, never stored")]
#[must_use = "a step that is not taken stops the job"]
#[non_exhaustive]
pub enum Step {
    /// Make this call, then report its answer or its failure. Handed out once.
    Send(Call),
    /// A call is out: the job waits for [`Job::on_response`](crate::Job::on_response) or
    /// [`Job::on_failure`](crate::Job::on_failure).
    AwaitReply,
    /// Tell whoever watches.
    Report(Event),
    /// Nothing to do before this moment.
    Wait(Instant),
    /// The end; asking again answers the same.
    Done(Result<Task, Error>),
}

/// As JSON, for drivers in other languages: an object with one member, `send`, `await_reply`, `report`,
/// `wait` (until so many milliseconds after the origin), `done` or `failed`.
impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        match self {
            Self::Send(call) => object.serialize_entry("send", call)?,
            Self::AwaitReply => object.serialize_entry("await_reply", &true)?,
            Self::Report(event) => object.serialize_entry("report", event)?,
            Self::Wait(until) => object.serialize_entry("wait", &until.as_millis())?,
            Self::Done(Ok(task)) => object.serialize_entry("done", task)?,
            Self::Done(Err(error)) => object.serialize_entry("failed", error)?,
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Billed, ErrorKind, TaskId, Zoom};
    use alloc::string::ToString;
    use serde_json::json;

    #[test]
    fn a_step_has_one_member() {
        let zoom = Zoom::by_ratio(TaskId::new("task_1").unwrap(), None);
        let send = Step::Send(Call::Submit { action: zoom.into(), idempotency_key: None });
        assert_eq!(
            json!(send),
            json!({"send": {
                "method": "POST",
                "path": "/v1/midjourney/generations/zoom",
                "body": {"task_id": "task_1"},
            }})
        );
        assert_eq!(json!(Step::Wait(Instant::from_millis(1_500))).to_string(), r#"{"wait":1500}"#);
        let failed = Step::Done(Err(Error::new(ErrorKind::Refused, Billed::No, "no")));
        assert_eq!(json!(failed)["failed"]["kind"], "refused");
    }
}
