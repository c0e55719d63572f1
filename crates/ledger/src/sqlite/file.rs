//! How the file is opened, and made where it is not there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use zoomout_core::LedgerError;

use super::network;
use super::problem::Problem;
use super::schema;

/// So long whoever has it alone is left to it.
const BREATH: Duration = Duration::from_millis(2);

/// Which file, and how long to wait for those who write it.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) path: PathBuf,
    pub(super) patience: Duration,
}

/// A connection, and which file it is to: one that was deleted or replaced since is no ledger any more.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) connection: Connection,
    file: Identity,
}

impl Opening {
    /// The connection that there is, if it still is to the file of this name; otherwise a new one.
    pub(super) fn reopen(&self, open: Option<Open>) -> Result<Open, Problem> {
        let Some(open) = open else { return self.open() };
        if identity(&self.path).is_ok_and(|now| now == open.file) {
            return Ok(open);
        }
        // To close it would delete, by its name, the log of whoever has that name now.
        mem::forget(open);
        self.open()
    }

    /// A connection to the ledger, in the shape of this version.
    fn open(&self) -> Result<Open, Problem> {
        if let Some(kind) = network::kind(&self.path) {
            return Err(Problem::Network(kind));
        }
        make(&self.path)?;
        // A pipe would be waited for, and a device forgets.
        if !fs::metadata(&self.path)?.is_file() {
            return Err(Problem::NoLedger);
        }
        let file = identity(&self.path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.patience)?;
        self.prepare(&connection)?;
        Ok(Open { connection, file })
    }

    /// Whoever makes the file, or turns on its log, has it alone for a moment, and SQLite waits for neither.
    fn prepare(&self, connection: &Connection) -> Result<(), Problem> {
        let begun = Instant::now();
        loop {
            match schema::prepare(connection) {
                Err(problem) if problem.is_busy() && begun.elapsed() < self.patience => thread::sleep(BREATH),
                done => return done,
            }
        }
    }

    pub(super) fn told(&self, problem: &Problem) -> LedgerError {
        problem.told(&self.path)
    }
}

/// What tells a file from one that takes its name.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    let file = fs::metadata(path)?;
    Ok((std::os::unix::fs::MetadataExt::dev(&file), std::os::unix::fs::MetadataExt::ino(&file)))
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Path) -> io::Result<Identity> {
    Ok(())
}

/// Makes the file and its folder, for this user alone. What is there stays as it is.
fn make(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop::<File>)
}
