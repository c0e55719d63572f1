//! What can go wrong with a file, in words that say what to do.

use std::io;
use std::path::Path;

use rusqlite::{Error, ErrorCode};
use zoomout_core::LedgerError;

/// What can go wrong with a file.
#[derive(Debug)]
pub(super) enum Problem {
    /// The database says so.
    Sqlite(Error),
    /// The file system says so.
    Io(io::Error),
    /// It is something else, or somebody else's.
    NoLedger,
    /// A version after this one made it.
    Newer(i64),
    /// It is on a file system whose locks do not hold.
    Network(&'static str),
    /// What was asked for makes no sense here.
    Asked(LedgerError),
}

impl Problem {
    /// With the name of the file, and what to do.
    pub(super) fn told(&self, path: &Path) -> LedgerError {
        let file = path.display();
        LedgerError::new(match self {
            Self::Asked(error) => return error.clone(),
            Self::Io(error) => format!("the ledger {file} cannot be made: {error}"),
            Self::NoLedger => format!("{file} is no ledger: another file must be named"),
            Self::Newer(version) => {
                format!(
                    "the ledger {file} was made by a newer version of zoomout (format {version}): update this one"
                )
            }
            Self::Network(kind) => {
                format!(
                    "the ledger {file} is on a network file system ({kind}), where its locks do not hold: it belongs on a local disk"
                )
            }
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => format!("the disk of the ledger {file} is full: make room"),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    format!("the ledger {file} was locked by another program for too long")
                }
                Some(ErrorCode::ReadOnly) => format!("the ledger {file} cannot be written: it is read-only"),
                Some(ErrorCode::NotADatabase) => return Self::NoLedger.told(path),
                Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    format!("the ledger {file} cannot be opened: {error}")
                }
                Some(ErrorCode::DatabaseCorrupt) => format!("the ledger {file} is damaged: {error}"),
                _ => format!("the ledger {file} failed: {error}"),
            },
        })
    }

    /// Whether somebody else has the file, and that may pass.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    /// Whether nothing that was to be written with it can be.
    pub(super) const fn ends_all(&self) -> bool {
        !matches!(self, Self::Asked(_))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
