//! What is told of a job that has not ended.

use zoomout_core::TaskId;

/// A job that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The number of the job; see [`JobHandle::id`](crate::JobHandle::id).
    pub id: u64,
    /// Its task, if it has one: it is paid for and goes on, and can be waited for. Without one, nothing was
    /// accepted so far as is known.
    pub task_id: Option<TaskId>,
}
