//! What a job tells while it goes on.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use serde::{Serialize, Serializer};

use crate::values::TaskId;
use crate::wire::{Status, Submission};

/// News from a job, in the order in which they happened.
///
/// As JSON each is an object whose `event` is `submitted`, `resumed`, `unrecorded`, `progress` or `retrying`; durations
/// are seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The submission was accepted, and is billed. Whoever keeps a record writes this id down now.
    Submitted(Submission),
    /// It was submitted before, under the same key, and accepted: nothing is submitted, and the job goes on with this
    /// task.
    Resumed(Resumed),
    /// A ledger could not write down what happened. The job goes on: what is told here is told nowhere else.
    Unrecorded(Unrecorded),
    /// The task was seen in a new state.
    Progress(Progress),
    /// Something went wrong that costs only time.
    Retrying(Retry),
}

/// A task that was paid for before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Resumed {
    /// The task.
    pub task_id: TaskId,
}

/// Something that no ledger knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unrecorded {
    /// The task, if it is known.
    pub task_id: Option<TaskId>,
    /// Why it could not be written down, on one line.
    pub problem: String,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// The task.
    pub task_id: TaskId,
    /// Where it stands.
    pub status: Status,
    /// How far it is, 0 to 100: the highest figure seen so far, for a server's figure may fall back.
    pub percent: Option<u8>,
    /// For how long it has been watched.
    #[serde(serialize_with = "in_seconds")]
    pub watched: Duration,
}

impl Progress {
    /// Where a task stands when its watch begins.
    pub fn new(task_id: TaskId, status: Status, percent: Option<u8>) -> Self {
        Self { task_id, status, percent, watched: Duration::ZERO }
    }
}

/// Something that will be tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retry {
    /// What will be tried again.
    pub attempt: Attempt,
    /// What went wrong, on one line.
    pub reason: String,
    /// After how long it will be tried again.
    #[serde(serialize_with = "in_seconds")]
    pub after: Duration,
    /// Whether the server said that there are too many requests: then all others should hold back, too.
    #[serde(skip)]
    pub rate_limited: bool,
}

impl Retry {
    /// Something that will be tried again after so long.
    pub fn new(attempt: Attempt, reason: impl Into<String>, after: Duration) -> Self {
        Self { attempt, reason: reason.into(), after, rate_limited: false }
    }
}

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The submission, which provably was not executed.
    Submission,
    /// A look at the task, which is free.
    Look,
    /// The download of a picture, which is free.
    #[serde(rename = "download")]
    Picture,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submission => "submission",
            Self::Look => "look",
            Self::Picture => "download",
        })
    }
}

fn in_seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}
