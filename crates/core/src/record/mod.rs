//! What a job asks to have written down: its intent before anything is sent, and what came of it.

mod claim;
mod intent;
mod ledger_error;
mod outcome;
#[expect(clippy::module_inception, reason = "the record is in the file that bears its name")]
mod record;

pub use claim::Claim;
pub use intent::Intent;
pub use ledger_error::LedgerError;
pub use outcome::Outcome;
pub use record::Record;
