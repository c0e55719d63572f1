//! What a job is for.

use crate::wire::{Submission, Task};

/// What a [`Job`](crate::Job) is for, named by what it hands out: a [`Submission`] as soon as one is accepted,
/// or the finished [`Task`].
pub trait Goal: Clone {
    /// What is handed out once the submission is accepted, if that is the goal.
    fn accepted(submission: &Submission) -> Option<Self>;

    /// What is handed out once there are pictures.
    fn finished(task: Task) -> Self;
}

impl Goal for Submission {
    fn accepted(submission: &Submission) -> Option<Self> {
        Some(submission.clone())
    }

    /// A task that is there was submitted.
    fn finished(task: Task) -> Self {
        Self { task_id: task.task_id, status: task.status }
    }
}

impl Goal for Task {
    fn accepted(_: &Submission) -> Option<Self> {
        None
    }

    fn finished(task: Task) -> Self {
        task
    }
}
