//! A person's word on a submission of which nobody knows.

use zoomout_core::{LedgerError, TaskId, for_people};

use crate::entry::Entry;
use crate::state::State;

/// A person's word on an unconfirmed submission, after a look at the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It was accepted: it is this task.
    Task(TaskId),
    /// It was accepted, and the server shows it no more: it is given up. Whoever asks under its key with
    /// [`Order::again`](zoomout_core::Order::again) submits again.
    Lost,
    /// It was not billed: whoever asks under its key again, submits again.
    NotBilled,
}

impl Resolution {
    /// What is written down of one that was not billed.
    pub(crate) const NOT_BILLED: &str = "a person found that it was not billed";

    /// What is written down of one that was given up.
    pub(crate) const LOST: &str = "a person gave it up";

    /// Whether it makes sense of a submission that is so far.
    pub const fn fits(&self, state: State) -> bool {
        match self {
            Self::Task(_) | Self::NotBilled => matches!(state, State::Unconfirmed),
            Self::Lost => matches!(state, State::Unconfirmed | State::Accepted),
        }
    }

    /// Why it cannot be true of this submission, if it cannot.
    pub(crate) fn contradicts(&self, entry: &Entry) -> Option<LedgerError> {
        match self {
            Self::Task(task_id) if entry.parent.as_ref() == Some(task_id) => {
                Some(LedgerError::new("that is the task that it starts from, and not the one that it made"))
            }
            _ => None,
        }
    }

    pub(crate) fn no_entry(name: &str) -> LedgerError {
        LedgerError::new(format!("there is no submission under the key {:?}", for_people(name)))
    }

    pub(crate) fn not_in_doubt(entry: &Entry) -> LedgerError {
        let key = for_people(&entry.key);
        LedgerError::new(format!(
            "the submission under the key {key:?} is {}, and so not in doubt",
            entry.state
        ))
    }
}
