//! The kinds of error: the one list that every face maps.

use core::fmt;

/// The kinds of error, by whose side it is on and what helps. Every face maps this one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input cannot be sent; nothing was.
    Invalid,
    /// The server said no; nothing was executed.
    Refused,
    /// The submission may have arrived and may have been billed; nobody knows.
    Unconfirmed,
    /// The task ran and failed, or cannot finish; the server refunds it.
    TaskFailed,
    /// Our patience ended first; the task goes on.
    Deadline,
    /// The caller stopped waiting.
    Cancelled,
    /// The network failed where it is known what that means.
    Transport,
    /// The server answered something that cannot be understood.
    Protocol,
    /// A file could not be written.
    Storage,
}

impl ErrorKind {
    /// Every kind, so that each face can prove that it covers them all.
    pub const ALL: [Self; 9] = [
        Self::Invalid,
        Self::Refused,
        Self::Unconfirmed,
        Self::TaskFailed,
        Self::Deadline,
        Self::Cancelled,
        Self::Transport,
        Self::Protocol,
        Self::Storage,
    ];

    /// The kind's name in snake case, as in JSON and as the `code` in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Unconfirmed => "unconfirmed",
            Self::TaskFailed => "task_failed",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
            Self::Transport => "transport",
            Self::Protocol => "protocol",
            Self::Storage => "storage",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct() {
        let mut names = ErrorKind::ALL.map(ErrorKind::as_str).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
    }
}
