//! What is written down of a submission after its claim.

use alloc::string::String;

use serde::Serialize;

use super::outcome::Outcome;
use crate::values::{IdempotencyKey, TaskId};

/// What is written down of a submission after its claim, or of a task that somebody waits for.
///
/// None of them is refused because it comes late: what is true of money is written down whenever it is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// It was accepted, and is billed.
    Accepted {
        /// Whose claim it was.
        ticket: IdempotencyKey,
        /// The new task.
        task_id: TaskId,
    },
    /// It was not executed, or never left: nothing is billed, and the key is free.
    Released {
        /// Whose claim it was.
        ticket: IdempotencyKey,
        /// Why, on one line.
        reason: String,
    },
    /// It may have been accepted, and nobody knows.
    Unconfirmed {
        /// Whose claim it was.
        ticket: IdempotencyKey,
        /// Why, on one line.
        reason: String,
    },
    /// A task has ended, whoever submitted it.
    Ended(Outcome),
}

impl Record {
    /// The task that it names.
    pub fn task_id(&self) -> Option<&TaskId> {
        match self {
            Self::Accepted { task_id, .. } => Some(task_id),
            Self::Ended(outcome) => Some(&outcome.task_id),
            Self::Released { .. } | Self::Unconfirmed { .. } => None,
        }
    }
}
