//! The ledger in a file, which any number of processes share.

mod claims;
mod file;
mod forks;
mod group;
mod network;
mod problem;
mod row;
mod schema;
mod truths;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use zoomout_core::{Claim, Intent, LedgerError, Record, TaskId};

use crate::entry::Entry;
use crate::filter::Filter;
use crate::ledger::Ledger;
use crate::owner::{Owner, Salt};
use crate::resolution::Resolution;
use file::Opening;
pub use forks::AllClosed;
use forks::Closable;
use group::{Group, Need};
use problem::Problem;

/// So long a claim lasts of which nothing is heard.
const LEASE: Duration = Duration::from_secs(180);
/// And at least, however fast time runs: no server answers faster for that.
const SHORTEST_LEASE: Duration = Duration::from_secs(2);
/// So long somebody waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells the time, in milliseconds since 1970.
type Now = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The ledger in a file, which any number of threads and processes share.
///
/// It is an SQLite database that `sqlite3` reads: the table `submission`, the view `submissions` with times for people.
/// What is claimed or may be billed is on the disk, past a power cut, when the method returns; submissions that come
/// at the same time share one sync. That an end was seen, handed out or saved is past the end of the process alone:
/// after a power cut a look tells it again.
///
/// A claim lasts three minutes, and is renewed for every attempt. If nothing is heard of it by then, whoever had it was
/// stopped before it was known what became of it: it is unconfirmed.
///
/// ```
/// use std::sync::Arc;
/// use zoomout_ledger::{Filter, Ledger, SqliteLedger};
///
/// let folder = tempfile::tempdir()?;
/// let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::at(folder.path().join("zooms.db")));
/// assert_eq!(ledger.entries(&Filter::default())?, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteLedger {
    opening: Opening,
    lease: Duration,
    now: Now,
    writers: Group,
    /// Readers keep no writer waiting, and wait for none.
    reader: Closable,
}

impl SqliteLedger {
    /// The ledger in this file, which is made, with its folder, if it is not there. Nothing is opened before it is
    /// used, so that whatever is wrong with it, its methods tell.
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self {
            opening: Opening { path: path.as_ref().to_owned(), patience: PATIENCE },
            lease: LEASE,
            now: Arc::new(wall_clock),
            writers: Group::default(),
            reader: Closable::default(),
        }
    }

    /// How long a claim lasts of which nothing is heard: three minutes if nobody says otherwise. No single attempt to
    /// submit lasts longer.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Where time runs so many times faster than real time, as beside an emulator, claims run out sooner, too; no
    /// sooner than after two seconds.
    #[must_use]
    pub fn at_pace(self, pace: f64) -> Self {
        let lease = Duration::try_from_secs_f64(LEASE.as_secs_f64() / pace.max(1.0)).unwrap_or(LEASE);
        self.lease(lease.max(SHORTEST_LEASE))
    }

    /// How long to wait for another process that writes: five seconds if nobody says otherwise.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.opening.patience = patience;
        self
    }

    /// By another clock, in milliseconds since 1970: for tests.
    #[must_use]
    pub fn clock(self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), ..self }
    }

    /// Closes every ledger in a file that this process has open, once nobody is using it, until what this returns is
    /// dropped: then each is opened anew when it is needed.
    ///
    /// Connections of SQLite must not live through a fork. Whoever forks, and goes on with ledgers in the child, calls
    /// this on the thread that forks, and drops what it returns in both processes.
    ///
    /// ```
    /// use zoomout_ledger::{Filter, Ledger, SqliteLedger};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let ledger = SqliteLedger::at(folder.path().join("zooms.db"));
    /// ledger.salt()?;
    /// let closed = SqliteLedger::close_all();
    /// // Here nothing is open: a process may fork.
    /// drop(closed);
    /// assert_eq!(ledger.entries(&Filter::default())?, []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close_all() -> AllClosed {
        forks::close_all()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.opening.path
    }

    fn write<T: Send + 'static>(
        &self,
        need: Need,
        work: impl FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.writers.run(&self.opening, need, work)
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Problem>) -> Result<T, LedgerError> {
        let mut reader = self.reader.lock();
        let open = self.opening.reopen(reader.take()).map_err(|problem| self.opening.told(&problem))?;
        let result = work(&open.connection);
        *reader = Some(open);
        result.map_err(|problem| self.opening.told(&problem))
    }
}

impl Ledger for SqliteLedger {
    fn salt(&self) -> Result<Salt, LedgerError> {
        self.read(schema::salt)
    }

    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError> {
        let (owner, intent, lease, now) = (owner.clone(), intent.clone(), self.lease, (self.now)());
        self.write(Need::Disk, move |connection| claims::claim(connection, &owner, &intent, lease, now))
    }

    fn record(&self, owner: &Owner, record: &Record) -> Result<(), LedgerError> {
        let (owner, record, now) = (owner.clone(), record.clone(), (self.now)());
        // What a free look tells again needs no disk.
        let need = if matches!(record, Record::Ended(_)) { Need::Process } else { Need::Disk };
        self.write(need, move |connection| truths::record(connection, &owner, &record, now))
    }

    fn handed_out(&self, owner: &Owner, task_id: &TaskId) -> Result<(), LedgerError> {
        let (owner, task_id, now) = (owner.clone(), task_id.clone(), (self.now)());
        self.write(Need::Process, move |connection| truths::handed_out(connection, &owner, &task_id, now))
    }

    fn collected(&self, owner: &Owner, task_id: &TaskId, files: &[PathBuf]) -> Result<(), LedgerError> {
        let (owner, task_id, now) = (owner.clone(), task_id.clone(), (self.now)());
        let files: Vec<PathBuf> =
            files.iter().map(|file| std::path::absolute(file).unwrap_or_else(|_| file.clone())).collect();
        self.write(Need::Process, move |connection| {
            truths::collected(connection, &owner, &task_id, &files, now)
        })
    }

    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        let now = (self.now)();
        self.read(|connection| row::entries(connection, filter, now))
    }

    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError> {
        let (owner, name, resolution, now) =
            (owner.clone(), name.to_owned(), resolution.clone(), (self.now)());
        self.write(Need::Disk, move |connection| truths::resolve(connection, &owner, &name, &resolution, now))
    }

    fn prune(&self, before: u64) -> Result<u64, LedgerError> {
        self.write(Need::Process, move |connection| truths::prune(connection, before))
    }
}

fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLedger").field("path", &self.opening.path).finish_non_exhaustive()
    }
}
