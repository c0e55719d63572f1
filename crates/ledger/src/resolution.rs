//! A person's word on a submission of which nobody knows.

use zoomout_core::{LedgerError, TaskId, for_people};

use crate::entry::Entry;

/// A person's word on an unconfirmed submission, after a look at the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It was accepted: it is this task.
    Task(TaskId),
    /// It was not billed: whoever asks under its key again, submits again.
    NotBilled,
}

impl Resolution {
    /// What is written down of one that was not billed.
    pub(crate) const NOT_BILLED: &str = "a person found that it was not billed";

    pub(crate) fn no_entry(name: &str) -> LedgerError {
        LedgerError::new(format!("there is no submission under the key {:?}", for_people(name)))
    }

    pub(crate) fn not_in_doubt(entry: &Entry) -> LedgerError {
        let key = for_people(&entry.key);
        LedgerError::new(format!("the submission under the key {key:?} is {}, not unconfirmed", entry.state))
    }
}
