//! Where the command writes down what it submitted.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use directories::ProjectDirs;
use zoomout::{
    Claim, Entry, Error, Filter, Intent, Ledger, LedgerError, MemoryLedger, Owner, Record, Resolution, Salt,
    SqliteLedger, TaskId,
};

use crate::args::Global;

/// Where it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In memory: what is submitted is known to this command alone.
    Nowhere,
    File(PathBuf),
}

impl Place {
    /// The place that the options and the environment name. What an emulator inside the command accepts is gone with
    /// the command, so it is kept only where that is asked for.
    pub(crate) fn of(global: &Global) -> Result<Self, Error> {
        if global.no_ledger {
            return Ok(Self::Nowhere);
        }
        let named = global.ledger.clone().or_else(|| Some(env::var_os("ZOOMOUT_LEDGER")?.into()));
        match named.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => Ok(Self::File(path)),
            None if global.emulator => Ok(Self::Nowhere),
            None => Self::of_this_user(),
        }
    }

    /// The user's own: in the folder that the platform has for such things.
    fn of_this_user() -> Result<Self, Error> {
        let folders = ProjectDirs::from("", "", "zoomout").ok_or_else(|| {
            Error::invalid(
                "ledger",
                "has no place, for this user has no folder: use --ledger PATH or --no-ledger",
            )
        })?;
        let folder = folders.state_dir().unwrap_or_else(|| folders.data_local_dir());
        Ok(Self::File(folder.join("ledger.db")))
    }

    /// The ledger there. It is opened when it is first needed.
    pub(crate) fn open(&self) -> Arc<dyn Ledger> {
        self.hurried(1.0)
    }

    /// The same, where time runs so many times faster: so do claims.
    pub(crate) fn hurried(&self, scale: f64) -> Arc<dyn Ledger> {
        match self {
            Self::Nowhere => Arc::new(MemoryLedger::new()),
            Self::File(path) => Arc::new(OfCommand(SqliteLedger::at(path).at_pace(scale))),
        }
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Nowhere => None,
            Self::File(path) => Some(path),
        }
    }
}

/// The same, but whoever cannot submit because of it reads how to do without.
#[derive(Debug)]
struct OfCommand(SqliteLedger);

impl Ledger for OfCommand {
    fn salt(&self) -> Result<Salt, LedgerError> {
        self.0.salt().map_err(|error| without(&error))
    }

    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError> {
        self.0.claim(owner, intent).map_err(|error| without(&error))
    }

    fn record(&self, owner: &Owner, record: &Record) -> Result<(), LedgerError> {
        self.0.record(owner, record)
    }

    fn handed_out(&self, owner: &Owner, task_id: &TaskId) -> Result<(), LedgerError> {
        self.0.handed_out(owner, task_id)
    }

    fn collected(&self, owner: &Owner, task_id: &TaskId, files: &[PathBuf]) -> Result<(), LedgerError> {
        self.0.collected(owner, task_id, files)
    }

    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        self.0.entries(filter)
    }

    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError> {
        self.0.resolve(owner, name, resolution)
    }

    fn prune(&self, before: u64) -> Result<u64, LedgerError> {
        self.0.prune(before)
    }
}

fn without(error: &LedgerError) -> LedgerError {
    LedgerError::new(format!("{error}; --ledger PATH names another file, --no-ledger does without"))
}
