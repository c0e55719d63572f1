//! The answer to an accepted submission.

use crate::status::Status;
use crate::values::TaskId;

/// A task that was accepted, and is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Submission {
    /// The new task's own id.
    pub task_id: TaskId,
    /// Its first status.
    pub status: Status,
}
