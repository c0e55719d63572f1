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

impl Answer {
    /// The task that the answer names as new, wherever clients have met its id (reference, section 3).
    pub(crate) fn submission(&self) -> Option<Submission> {
        let json = self.json.as_ref()?;
        let element = match json.get("data") {
            Some(Value::Array(elements)) => elements.first(),
            data => data,
        };
        // An id beside an error object would be the request's, not a task's.
        let top = Some(json).filter(|_| self.error_object().is_none());
        [element, top].into_iter().flatten().find_map(|object| self.read_submission(object))
    }

    fn read_submission(&self, object: &Value) -> Option<Submission> {
        let task_id = TaskId::new(pick::text(object, &["task_id", "taskId", "id"])?).ok()?;
        let status = self.status_of(pick::text(object, &["status"]).unwrap_or("submitted"));
        Some(Submission { task_id, status })
    }
}
