//! The answer to an accepted submission.

use super::answer::Answer;
use super::pick;
use crate::values::TaskId;
use crate::wire::Status;
use core::slice;
use serde_json::Value;

/// A task that was accepted, and is billed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Submission {
    /// The new task's own id.
    pub task_id: TaskId,
    /// Its first status.
    pub status: Status,
}

impl Submission {
    /// A task that was accepted, as a record of one says or a test makes up.
    pub const fn new(task_id: TaskId, status: Status) -> Self {
        Self { task_id, status }
    }
}

impl Answer {
    /// The task that the answer names as new, wherever clients have met its id (reference, section 3), whatever its
    /// status and whatever else it says. That of the parent, which some answers repeat, is none.
    pub(crate) fn submission(&self, parent: Option<&TaskId>) -> Option<Submission> {
        let json = self.json.as_ref()?;
        let elements = match json.get("data") {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(data) => slice::from_ref(data),
            None => &[],
        };
        elements.iter().chain([json]).find_map(|object| {
            let status = pick::text(object, &["status"]);
            let is_envelope = core::ptr::eq(object, json) && self.error_object().is_some();
            // A bare id in a failure, or beside an error object, would be the request's, not a task's.
            let is_task = !is_envelope && (self.is_success() || status.is_some());
            let names: &[&str] = if is_task { &["task_id", "taskId", "id"] } else { &["task_id", "taskId"] };
            let task_id = pick::ids(object, names).find(|task_id| Some(task_id) != parent)?;
            Some(Submission { task_id, status: self.status_of(status.unwrap_or("submitted")) })
        })
    }
}
