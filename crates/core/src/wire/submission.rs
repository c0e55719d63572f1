//! Reads the answer to a submission.

use serde_json::Value;

use super::answer::Answer;
use super::pick;
use crate::status::Status;
use crate::submission::Submission;
use crate::values::TaskId;

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
        [element, top].into_iter().flatten().find_map(read)
    }
}

fn read(object: &Value) -> Option<Submission> {
    let task_id = TaskId::new(pick::text(object, &["task_id", "taskId", "id"])?).ok()?;
    let status = Status::from_word(pick::text(object, &["status"]).unwrap_or("submitted"));
    Some(Submission { task_id, status })
}
