//! How a task ended, as a ledger keeps it.

use alloc::string::{String, ToString};

use serde::Serialize;
use serde_json::Value;

use crate::values::TaskId;
use crate::wire::{Status, Task};

/// How a task ended: what the server showed, kept so that it can be read again as if it were seen now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The task.
    pub task_id: TaskId,
    /// Whether there are pictures; otherwise it failed or was cancelled, and is refunded.
    pub done: bool,
    /// Its price in USD, if the server told.
    pub cost: Option<f64>,
    /// The task as the server showed it, as JSON.
    pub shown: String,
}

impl Outcome {
    /// What is on record, from its parts.
    pub fn new(task_id: TaskId, done: bool, cost: Option<f64>, shown: impl Into<String>) -> Self {
        Self { task_id, done, cost, shown: shown.into() }
    }

    /// How this task ended, if it has.
    pub fn of(task: &Task) -> Option<Self> {
        let done = match task.status {
            Status::Completed if task.has_pictures() => true,
            Status::Failed | Status::Cancelled => false,
            _ => return None,
        };
        // One that was built up field by field has nothing that could be shown again.
        let shown = Some(task.raw()).filter(|raw| !raw.is_null()).map(Value::to_string)?;
        Some(Self::new(task.task_id.clone(), done, task.cost, shown))
    }

    /// The task, as when it was seen; nothing where the record is no longer what was written.
    pub fn task(&self) -> Option<Task> {
        Task::recalled(&self.task_id, &serde_json::from_str(&self.shown).ok()?)
    }
}
