//! What is known about money.

use core::fmt;

/// Whether money was spent on the submission that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Billed {
    /// No, or it is refunded.
    No,
    /// Nobody knows: look at the account before submitting again.
    Maybe,
    /// Yes: a task was accepted.
    Yes,
}

impl Billed {
    /// `no`, `maybe` or `yes`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Maybe => "maybe",
            Self::Yes => "yes",
        }
    }
}

impl fmt::Display for Billed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
