//! Why something could not be written down.

use alloc::string::String;
use core::fmt;

use crate::people::for_people;

/// Why a ledger could not write something down, or read it: on one line, naming what to do about it where that is
/// known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError {
    problem: String,
}

impl LedgerError {
    /// An error that says this.
    pub fn new(problem: impl AsRef<str>) -> Self {
        Self { problem: for_people(problem.as_ref()) }
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl core::error::Error for LedgerError {}
