//! What a ledger answers to an intent.

use alloc::string::String;
use core::time::Duration;

use super::outcome::Outcome;
use crate::values::TaskId;

/// What a ledger answers to an [`Intent`](crate::Intent).
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// It is yours: submit it. Where nothing is recorded of it within `lease`, others take it to be unconfirmed,
    /// so it must not leave after that.
    New {
        /// For how long it is yours; [`Duration::MAX`] where nobody else can ask.
        lease: Duration,
    },
    /// It was accepted before: wait for this task.
    Accepted(TaskId),
    /// It was accepted before, and has ended.
    Ended(Outcome),
    /// Somebody else is submitting it. Ask again before `left` is over: their claim runs out then, if nothing
    /// comes of it.
    Held {
        /// For how long it is theirs at most.
        left: Duration,
    },
    /// An earlier submission may have been accepted, and nobody knows; a person decides.
    Unconfirmed {
        /// What is known of it, in words.
        reason: String,
    },
    /// The key stands for another request.
    Conflict {
        /// The one that it stands for, as JSON.
        request: String,
    },
}
