//! What every ledger can do.

use std::fmt;
use std::path::PathBuf;

use zoomout_core::{Claim, Intent, LedgerError, Record, TaskId};

use crate::entry::Entry;
use crate::filter::Filter;
use crate::owner::{Owner, Salt};
use crate::resolution::Resolution;

/// The record of what was submitted, shared by all who use it at the same time: threads, and of some processes,
/// too.
///
/// Once a method has answered, what it wrote outlives the end of the process, where the ledger outlives it at all.
/// The methods block, for as long as the store bounds that.
pub trait Ledger: fmt::Debug + Send + Sync {
    /// What the fingerprints of accounts are salted with in this ledger.
    ///
    /// # Errors
    /// Those of the store.
    fn salt(&self) -> Result<Salt, LedgerError>;

    /// Claims a submission before it leaves.
    ///
    /// Of any number that claim one name at the same time, one is told [`Claim::New`]. The claim of a ticket that
    /// holds it already is renewed. A name whose last submission was refused is free, for any request.
    ///
    /// # Errors
    /// Those of the store: then nothing is claimed, and nothing may be sent.
    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError>;

    /// Writes down what came of a claim, or how a task ended. What nobody claimed, or knows, changes nothing; only
    /// an accepted task is kept in any case.
    ///
    /// # Errors
    /// Those of the store: then nothing was written.
    fn record(&self, owner: &Owner, record: &Record) -> Result<(), LedgerError>;

    /// Writes down that the end of this task was handed out to whoever asked for it.
    ///
    /// # Errors
    /// Those of the store.
    fn handed_out(&self, owner: &Owner, task_id: &TaskId) -> Result<(), LedgerError>;

    /// Writes down where the pictures of this task were saved, which also hands them out.
    ///
    /// # Errors
    /// Those of the store.
    fn collected(&self, owner: &Owner, task_id: &TaskId, files: &[PathBuf]) -> Result<(), LedgerError>;

    /// The entries that somebody asks for, in the order of their numbers.
    ///
    /// # Errors
    /// Those of the store.
    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError>;

    /// Takes a person's word on the last submission under this name, which must be unconfirmed, or accepted if it is
    /// given up; its entry then.
    ///
    /// # Errors
    /// Where there is none, or the word makes no sense of it; and those of the store.
    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError>;

    /// Forgets what needs nobody any more: entries that were refused, have failed and were handed out, or whose
    /// pictures were saved or handed out, and that were claimed before this moment (milliseconds since 1970). How many.
    ///
    /// A key that is forgotten is free: whoever asks for the same under it again pays again.
    ///
    /// # Errors
    /// Those of the store.
    fn prune(&self, before: u64) -> Result<u64, LedgerError>;
}
