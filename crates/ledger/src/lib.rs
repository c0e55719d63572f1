//! The record of what was submitted: what makes a paid call happen once, and what was paid for findable.
//!
//! Before a submission leaves, its [`Intent`] is claimed; what comes of it is recorded before anybody hears of it.
//! So whatever ends a program in between, the record tells what may have been billed:
//!
//! ```text
//!                  claim                  accepted               ended
//!   (nothing) ──────────────▶ intended ──────────────▶ accepted ─────────▶ done, failed
//!                  ▲              │ released                 ▲
//!                  │              ├────────────▶ refused ────┼──▶ the same key may submit again
//!                  │              │ nobody knows, or         │
//!                  │              ▼ the lease ran out        │ resolve: it is this task
//!                  └──────── unconfirmed ────────────────────┘
//!                   resolve: it was not billed
//! ```
//!
//! [`Ledger`] is the trait, [`MemoryLedger`] the one of a process that keeps none, and `SqliteLedger` (with the feature
//! `sqlite`) the one in a file that any number of processes share.
#![forbid(unsafe_code)]

mod entry;
mod filter;
mod ledger;
mod memory;
mod owner;
mod resolution;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;

pub use entry::Entry;
pub use filter::{Filter, Which};
pub use ledger::Ledger;
pub use memory::MemoryLedger;
pub use owner::{Owner, Salt};
pub use resolution::Resolution;
#[cfg(feature = "sqlite")]
pub use sqlite::{AllClosed, SqliteLedger};
pub use state::State;
pub use zoomout_core::{Claim, Intent, LedgerError, Outcome, Record};
