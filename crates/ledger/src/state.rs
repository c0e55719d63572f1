//! How far a submission is.

use std::fmt;

use serde::Serialize;

/// How far a submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is claimed, and nothing is known yet.
    Intended,
    /// It was accepted, and is billed: there is a task.
    Accepted,
    /// The task has pictures.
    Done,
    /// The task failed or was cancelled, and is refunded.
    Failed,
    /// Nothing was billed: it was refused, or never left.
    Refused,
    /// It may have been billed, and nobody knows.
    Unconfirmed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Intended, Self::Accepted, Self::Done, Self::Failed, Self::Refused, Self::Unconfirmed];

    /// Its name, as in JSON and in a file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
