//! How the file is opened, and made where it is not there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use zoomout_core::LedgerError;

use super::network;
use super::problem::Problem;
use super::schema;

/// Which file, and how long to wait for those who write it.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) path: PathBuf,
    pub(super) patience: Duration,
}

impl Opening {
    /// A connection to the ledger, in the shape of this version.
    pub(super) fn open(&self) -> Result<Connection, Problem> {
        if let Some(kind) = network::kind(&self.path) {
            return Err(Problem::Network(kind));
        }
        make(&self.path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.patience)?;
        schema::prepare(&connection)?;
        Ok(connection)
    }

    pub(super) fn told(&self, problem: &Problem) -> LedgerError {
        problem.told(&self.path)
    }
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
