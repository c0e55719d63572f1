//! Writers that come at the same time share one transaction, and so one sync of the disk.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use zoomout_core::LedgerError;

use super::file::{Open, Opening};
use super::forks::Closable;
use super::problem::Problem;

/// What must have happened before a writer goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It outlives the process.
    Process,
    /// It outlives a power cut.
    Disk,
}

/// Writers in line, and the connection that one of them uses for all.
#[derive(Default)]
pub(super) struct Group {
    line: Mutex<Vec<Box<dyn Waiting>>>,
    connection: Closable,
}

/// A writer in line.
trait Waiting: Send {
    fn need(&self) -> Need;

    /// Does its work.
    ///
    /// # Errors
    /// Where nothing more can be written, by nobody.
    fn work(&mut self, connection: &Connection, opening: &Opening) -> Result<(), LedgerError>;

    /// The transaction is written, or it has failed for all.
    fn end(self: Box<Self>, failed: Option<&LedgerError>);
}

/// Where a writer finds its answer.
type Slot<T> = Arc<Mutex<Option<Result<T, LedgerError>>>>;

struct Writer<T, W> {
    need: Need,
    work: Option<W>,
    done: Option<Result<T, LedgerError>>,
    slot: Slot<T>,
}

impl Group {
    /// Does this in a transaction, together with all others that wait. An answer means that it is written.
    pub(super) fn run<T: Send + 'static>(
        &self,
        opening: &Opening,
        need: Need,
        work: impl FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let slot = Slot::default();
        let writer = Writer { need, work: Some(work), done: None, slot: Arc::clone(&slot) };
        lock(&self.line).push(Box::new(writer));
        let mut connection = self.connection.lock();
        if let Some(answer) = lock(&slot).take() {
            // Somebody who came before has done it.
            return answer;
        }
        let writers = mem::take(&mut *lock(&self.line));
        together(opening, &mut connection, writers);
        drop(connection);
        // Its own writer was among them.
        lock(&slot).take().unwrap_or_else(|| Err(LedgerError::new("the ledger gave no answer")))
    }
}

/// Does the work of all in one transaction, and answers each.
fn together(opening: &Opening, connection: &mut Option<Open>, mut writers: Vec<Box<dyn Waiting>>) {
    let written = write(opening, connection, &mut writers);
    if written.is_err() {
        // A connection that has failed is not trusted any more.
        *connection = None;
    }
    for writer in writers {
        writer.end(written.as_ref().err());
    }
}

fn write(
    opening: &Opening,
    connection: &mut Option<Open>,
    writers: &mut [Box<dyn Waiting>],
) -> Result<(), LedgerError> {
    let told = |problem: Problem| opening.told(&problem);
    let reopened = opening.reopen(connection.take()).map_err(told)?;
    let open = &connection.insert(reopened).connection;
    let disk = writers.iter().any(|writer| writer.need() == Need::Disk);
    let begin = || {
        open.pragma_update(None, "synchronous", if disk { "full" } else { "normal" })?;
        Transaction::new_unchecked(open, TransactionBehavior::Immediate)
    };
    let transaction = begin().map_err(|error| told(error.into()))?;
    for writer in writers {
        // Where this ends, the transaction is dropped, and so rolled back.
        writer.work(&transaction, opening)?;
    }
    transaction.commit().map_err(|error| told(error.into()))
}

impl<T, W> Waiting for Writer<T, W>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, Problem> + Send,
{
    fn need(&self) -> Need {
        self.need
    }

    fn work(&mut self, connection: &Connection, opening: &Opening) -> Result<(), LedgerError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        match work(connection) {
            Ok(answer) => self.done = Some(Ok(answer)),
            Err(problem) => {
                let error = opening.told(&problem);
                self.done = Some(Err(error.clone()));
                if problem.ends_all() {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn end(self: Box<Self>, failed: Option<&LedgerError>) {
        let answer = match (self.done, failed) {
            (_, Some(failed)) => Err(failed.clone()),
            (Some(done), None) => done,
            (None, None) => return,
        };
        *lock(&self.slot) = Some(answer);
    }
}

/// A panic under one of these locks loses nothing that was written before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("waiting", &lock(&self.line).len()).finish_non_exhaustive()
    }
}
