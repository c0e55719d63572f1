//! The way to the API: an account, what carries its calls, and the clock that bounds them.

use std::path::PathBuf;
use std::sync::Arc;

use zoomout_core::{Api, Call, LedgerError, Record, Reply, TaskId, for_people};

use crate::books::Books;
use crate::clock::Clock;
use crate::contained::contained;
use crate::submissions::Submissions;
use crate::transport::{Context, Transport};

/// The way to the API. It is what jobs hold of their client: they do not keep the client itself alive.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) api: Api,
    pub(crate) books: Books,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) submissions: Arc<Submissions>,
}

impl Line {
    /// Makes one call. A submission that may have left is not cut by a cancel, which only ends the wait for it.
    pub(crate) fn exchange(self: &Arc<Self>, call: Call, context: &Context) -> Reply {
        if !call.costs_money() {
            return self.send(&call, context);
        }
        let line = Arc::clone(self);
        let keeper = Arc::clone(self);
        let send = move |call: &Call, context: &Context| line.send(call, context);
        self.submissions.exchange(call, context, send, move |record| keeper.keep(record))
    }

    /// Writes down what nobody waits for any more. Where that fails, the log of the program has it.
    pub(crate) fn keep(&self, record: &Record) {
        let recorded = contained(|| self.books.record(&self.api, record));
        if let Err(error) = recorded.unwrap_or_else(panicked) {
            log::warn!("{error}; not on record: {record:?}");
        }
    }

    /// Writes down that whoever asked has been handed this end. Where that fails, it will be handed out once more.
    pub(crate) fn acknowledge(&self, task_id: &TaskId) {
        let noted = contained(|| self.books.handed_out(&self.api, task_id));
        if let Err(error) = noted.unwrap_or_else(panicked) {
            log::warn!("{error}; the end of {} will be told again", for_people(task_id.as_str()));
        }
    }

    /// Writes down where the pictures of a task are.
    pub(crate) fn collected(&self, task_id: &TaskId, files: &[PathBuf]) {
        let noted = contained(|| self.books.collected(&self.api, task_id, files));
        if let Err(error) = noted.unwrap_or_else(panicked) {
            log::warn!("{error}; the pictures of {} will be fetched again", for_people(task_id.as_str()));
        }
    }

    fn send(&self, call: &Call, context: &Context) -> Reply {
        match self.transport.send(self.api.request(call), context) {
            Ok(response) => self.api.answer(&response).into(),
            Err(failure) => failure.into(),
        }
    }
}

/// A ledger is somebody else's code.
fn panicked<T>() -> Result<T, LedgerError> {
    Err(LedgerError::new("the ledger panicked"))
}
