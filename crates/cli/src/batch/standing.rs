//! What the ledger knows of a row before it is run.

use std::path::PathBuf;

use zoomout::{Client, Entry, Error, ErrorKind, Filter, State, TaskId, Which};
use zoomout_batch::{Row, Standing};

/// What the ledger knows of a row.
#[derive(Debug)]
pub(crate) enum Known {
    /// Nothing that may be billed.
    Nothing,
    /// It is paid for.
    Paid,
    /// Somebody is submitting it, or was, a moment ago.
    Claimed,
    /// Its pictures are where they were saved.
    Saved { entry: Box<Entry>, files: Vec<PathBuf> },
    /// Its task failed, and is refunded.
    Failed,
    /// It has ended, and its pictures are not there.
    Done,
    /// It may be paid for, and nobody knows.
    Unconfirmed,
    /// Its key stands for another request.
    Conflict,
}

impl Known {
    /// What is on record under the row's key.
    pub(crate) fn of(client: &Client, row: &Row) -> Result<Self, Error> {
        let Some(key) = &row.order.key else { return Ok(Self::Nothing) };
        let entries = client.entries(Which::Name(key.as_str().to_owned()))?;
        // Whatever was refused after it, the last that may be billed counts.
        let entry = entries.into_iter().rev().find(|entry| entry.state != State::Refused);
        let Some(entry) = entry else { return Ok(Self::Nothing) };
        if entry.action().is_some_and(|action| action != row.order.action) {
            return Ok(Self::Conflict);
        }
        Ok(match entry.state {
            State::Refused => Self::Nothing,
            State::Intended => Self::Claimed,
            State::Accepted => Self::Paid,
            State::Unconfirmed => Self::Unconfirmed,
            State::Failed => Self::Failed,
            State::Done if !entry.files.is_empty() && entry.files.iter().all(|file| file.is_file()) => {
                let files = entry.files.clone();
                Self::Saved { entry: Box::new(entry), files }
            }
            State::Done => Self::Done,
        })
    }

    /// Whether nothing at all is on record, so that no row need be looked up.
    pub(crate) fn is_empty(client: &Client) -> Result<bool, Error> {
        let any = client.ledger().entries(&Filter { limit: Some(1), ..Filter::default() });
        let any = any.map_err(|error| {
            Error::unsent(ErrorKind::Storage, "the ledger cannot be read").caused_by(&error)
        })?;
        Ok(any.is_empty())
    }

    /// Its task, where all there is of it is saved.
    pub(crate) fn task_id(&self) -> Option<&TaskId> {
        match self {
            Self::Saved { entry, .. } => entry.task_id.as_ref(),
            _ => None,
        }
    }

    /// Whether running it submits something.
    pub(crate) fn submits(&self, retry_failed: bool) -> bool {
        match self {
            Self::Nothing => true,
            Self::Failed => retry_failed,
            Self::Paid
            | Self::Claimed
            | Self::Saved { .. }
            | Self::Done
            | Self::Unconfirmed
            | Self::Conflict => false,
        }
    }

    /// Whether it may submit something: whoever claims it now may be refused, and leave it to us.
    pub(crate) fn may_submit(&self, retry_failed: bool) -> bool {
        self.submits(retry_failed) || matches!(self, Self::Claimed)
    }
}

/// What a plan says of it.
pub(crate) fn standing(known: &Known, row: &Row, retry_failed: bool) -> Standing {
    if row.repeats.is_some() {
        return Standing::Repeated;
    }
    match known {
        known if known.submits(retry_failed) => Standing::ToSubmit,
        Known::Nothing | Known::Paid | Known::Claimed => Standing::Accepted,
        Known::Saved { .. } | Known::Done | Known::Failed => Standing::Ended,
        Known::Unconfirmed | Known::Conflict => Standing::Unconfirmed,
    }
}
