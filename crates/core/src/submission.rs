//! The answer to an accepted submission.

use crate::status::Status;
use crate::task::Task;
use crate::values::TaskId;

/// A task that was accepted, and is billed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Submission {
    /// The new task's own id.
    pub task_id: TaskId,
    /// Its first status.
    pub status: Status,
}

/// A task that is there was submitted.
impl From<Task> for Submission {
    fn from(task: Task) -> Self {
        Self { task_id: task.task_id, status: task.status }
    }
}
