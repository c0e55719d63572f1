//! Where a ledger is kept, as it is given.

use std::path::{self, PathBuf};
use std::sync::Arc;

use zoomout::{Error, Ledger, SqliteLedger};

/// A file that keeps a ledger. It is opened late, and anew in every forked process: so it is the same file whatever
/// folder the process changes to.
///
/// ```
/// use zoomout_binding::LedgerFile;
///
/// assert!(LedgerFile::new("zooms.db".into()).is_ok());
/// let refused = LedgerFile::new("postgresql://host/zooms".into()).unwrap_err();
/// assert_eq!(refused.field(), Some("ledger"));
/// ```
#[derive(Clone, Debug)]
pub struct LedgerFile(PathBuf);

impl LedgerFile {
    /// The file that this names.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid), naming `ledger`, if it names none.
    pub fn new(given: PathBuf) -> Result<Self, Error> {
        let is_database = |text: &str| text.starts_with("postgresql://") || text.starts_with("postgres://");
        if given.to_str().is_some_and(is_database) {
            return Err(Error::invalid(
                "ledger",
                "must be the path of a file: this version knows no PostgreSQL",
            ));
        }
        let absolute = path::absolute(given).map(Self);
        absolute
            .map_err(|error| Error::invalid("ledger", format_args!("must be the path of a file: {error}")))
    }

    /// The ledger in it, where time runs so many times faster: so do claims. Nothing is opened yet.
    pub(crate) fn ledger(&self, pace: f64) -> Arc<dyn Ledger> {
        Arc::new(SqliteLedger::at(&self.0).at_pace(pace))
    }
}
