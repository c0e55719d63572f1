//! The ledger of a client, and whose submissions it keeps there.

use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use zoomout_core::{Api, Claim, Intent, LedgerError, Outcome, Record, TaskId};
use zoomout_ledger::{Entry, Filter, Ledger, Owner, Resolution, Which};

/// The ledger of a client, and whose submissions it keeps there. The key of the account never gets into it.
#[derive(Debug)]
pub(crate) struct Books {
    ledger: Arc<dyn Ledger>,
    /// Known as soon as the ledger has told its salt.
    owner: OnceLock<Owner>,
    /// What is paid for and could not be written down, until it can.
    owed: Mutex<Vec<Record>>,
}

impl Books {
    pub(crate) fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger, owner: OnceLock::new(), owed: Mutex::default() }
    }

    pub(crate) fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    pub(crate) fn owner(&self, api: &Api) -> Result<&Owner, LedgerError> {
        if let Some(owner) = self.owner.get() {
            return Ok(owner);
        }
        let account = api.account(&self.ledger.salt()?);
        Ok(self.owner.get_or_init(|| Owner { server: api.base_url().as_str().to_owned(), account }))
    }

    pub(crate) fn claim(&self, api: &Api, intent: &Intent) -> Result<Claim, LedgerError> {
        let owner = self.owner(api)?;
        // Whoever cannot write down what is paid for, buys nothing more.
        self.pay_off(owner)?;
        let intent = intent.clone().map_request(|request| api.without_key(request));
        self.ledger.claim(owner, &intent)
    }

    /// Writes down what could not be written before.
    fn pay_off(&self, owner: &Owner) -> Result<(), LedgerError> {
        let owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for record in &owed {
            self.ledger.record(owner, record)?;
            self.paid(record);
        }
        Ok(())
    }

    fn paid(&self, record: &Record) {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner).retain(|owed| owed != record);
    }

    /// Keeps what is not written yet, if nobody else can tell it.
    fn owe(&self, record: &Record) {
        if matches!(record, Record::Accepted { .. }) {
            self.owed.lock().unwrap_or_else(PoisonError::into_inner).push(record.clone());
        }
    }

    pub(crate) fn record(&self, api: &Api, record: &Record) -> Result<(), LedgerError> {
        let owner = self.owner(api)?;
        // Of an earlier failure somebody has been told.
        drop(self.pay_off(owner));
        match record {
            Record::Ended(outcome) => {
                let shown = api.without_key(&outcome.shown);
                let outcome = Outcome::new(outcome.task_id.clone(), outcome.done, outcome.cost, shown);
                self.ledger.record(owner, &Record::Ended(outcome))
            }
            // Ids are data, and reasons are text for people, from which the key was cut when they came.
            Record::Accepted { .. } | Record::Released { .. } | Record::Unconfirmed { .. } => {
                let debt = Debt { books: self, record };
                self.ledger.record(owner, record)?;
                debt.settle();
                Ok(())
            }
        }
    }

    pub(crate) fn handed_out(&self, api: &Api, task_id: &TaskId) -> Result<(), LedgerError> {
        self.ledger.handed_out(self.owner(api)?, task_id)
    }

    pub(crate) fn collected(
        &self,
        api: &Api,
        task_id: &TaskId,
        files: &[PathBuf],
    ) -> Result<(), LedgerError> {
        self.ledger.collected(self.owner(api)?, task_id, files)
    }

    pub(crate) fn entries(&self, api: &Api, which: Which) -> Result<Vec<Entry>, LedgerError> {
        self.ledger.entries(&Filter::of(self.owner(api)?, which))
    }

    pub(crate) fn resolve(
        &self,
        api: &Api,
        name: &str,
        resolution: &Resolution,
    ) -> Result<Entry, LedgerError> {
        self.ledger.resolve(self.owner(api)?, name, resolution)
    }
}

/// A record that is about to be written: where that fails, or the ledger panics, it is owed.
struct Debt<'a> {
    books: &'a Books,
    record: &'a Record,
}

impl Debt<'_> {
    fn settle(self) {
        mem::forget(self);
    }
}

impl Drop for Debt<'_> {
    fn drop(&mut self) {
        self.books.owe(self.record);
    }
}
