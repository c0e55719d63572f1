//! Exit codes.

use zoomout::ErrorKind;

/// The exit code of a kind of error; 0 is kept for done.
pub(crate) const fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::TaskFailed => 1,
        ErrorKind::Invalid => 2,
        ErrorKind::Refused => 3,
        ErrorKind::Unconfirmed => 4,
        ErrorKind::Deadline => 5,
        ErrorKind::Transport => 6,
        ErrorKind::Storage => 8,
        ErrorKind::Cancelled => 130,
        // Protocol, and whatever kind a later core adds.
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = ErrorKind::ALL.into_iter().map(code).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
        assert!(!codes.contains(&0));
    }
}
