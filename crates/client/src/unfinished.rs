//! What a client may have paid for and has not handed out, and how to come by it.

use std::path::PathBuf;
use std::sync::Arc;
use zoomout_core::{Error, ErrorKind, LedgerError, TaskId};
use zoomout_ledger::{Entry, Ledger, Resolution, Which};

use crate::client::Client;

impl Client {
    /// What was accepted, or may have been, and was not handed out: by this client, or by anybody who shares its
    /// ledger, for this account on this server. Costs nothing.
    ///
    /// Handed out is how a task ended: by a call that returned it, by a loop that asked for the next one, or as a
    /// file. A task that was only submitted is unfinished until then. A submission of which nobody knows stays among
    /// them until somebody [resolves](Self::resolve) it.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if the ledger cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Entry>, Error> {
        self.entries(Which::Unfinished)
    }

    /// What the ledger holds of this account on this server. Costs nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if the ledger cannot be read.
    pub fn entries(&self, which: Which) -> Result<Vec<Entry>, Error> {
        self.line.books.entries(&self.line.api, which).map_err(|error| unreadable(&error))
    }

    /// Settles what nobody knows, by a person's word after a look at the account: the unconfirmed submission under
    /// this key is that task, or was not billed. Costs nothing; after the latter, whoever asks under the key again
    /// submits again.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if the ledger has no unconfirmed submission under this key, or cannot be written.
    pub fn resolve(&self, key: &str, resolution: &Resolution) -> Result<Entry, Error> {
        self.line.books.resolve(&self.line.api, key, resolution).map_err(|error| {
            let message = "the submission could not be resolved";
            Error::unsent(ErrorKind::Storage, message).caused_by(&error)
        })
    }

    /// Notes that the end of this task has reached whoever asked for it: it is unfinished no more. Only for those who
    /// hand results on themselves; see [`Dispatcher::spawn_unacknowledged`](crate::Dispatcher::spawn_unacknowledged).
    pub fn acknowledge(&self, task_id: &TaskId) {
        self.line.acknowledge(task_id);
    }

    /// Notes that the pictures of this task are saved, and in which files; for those who save them themselves. What
    /// [`download`](Self::download) saves, it notes itself.
    pub fn collected(&self, task_id: &TaskId, files: &[PathBuf]) {
        self.line.collected(task_id, files);
    }

    /// The ledger, with the entries of all who share it.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        self.line.books.ledger()
    }
}

fn unreadable(error: &LedgerError) -> Error {
    Error::unsent(ErrorKind::Storage, "the ledger cannot be read").caused_by(error)
}
