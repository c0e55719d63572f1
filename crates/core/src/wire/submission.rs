//! The answer to an accepted submission.

use super::answer::Answer;
use super::pick;
use crate::values::TaskId;
use crate::wire::Status;
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
    /// The task that the answer names as new, wherever clients have met its id (reference, section 3). That of
    /// the parent, which some answers repeat, is none.
    pub(crate) fn submission(&self, parent: Option<&TaskId>) -> Option<Submission> {
        let json = self.json.as_ref()?;
        let element = match json.get("data") {
            Some(Value::Array(elements)) => elements.first(),
            data => data,
        };
        // An id beside an error object, or a bare one in a failure, would be the request's, not a task's.
        let top = Some(json).filter(|_| self.error_object().is_none());
        let names: &[&str] =
            if self.is_success() { &["task_id", "taskId", "id"] } else { &["task_id", "taskId"] };
        [element, top].into_iter().flatten().find_map(|object| {
            let task_id = pick::id(object, names).filter(|task_id| Some(task_id) != parent)?;
            let status = self.status_of(pick::text(object, &["status"]).unwrap_or("submitted"));
            Some(Submission { task_id, status })
        })
    }
}
