//! Whether a request can still be held back, or may have left.

use std::sync::Arc;

use crate::sync::{Mutex, lock};

/// How far a request is. Its clones are the same one.
///
/// Whoever carries it and whoever would stop it agree here, under one lock, on who was first: either it may have
/// left, or it never will.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<Mutex<Stage>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Nobody has said anything: it may have left.
    #[default]
    Unknown,
    /// Just so, but it is not wanted any more.
    Unwanted,
    /// It has not left, and asks before it does.
    Waiting,
    /// It may have left.
    Left,
    /// It never will.
    HeldBack,
}

impl Departure {
    /// It has not left, and will ask.
    pub(crate) fn wait(&self) {
        let mut stage = lock(&self.0);
        *stage = match *stage {
            Stage::Unknown => Stage::Waiting,
            Stage::Unwanted => Stage::HeldBack,
            told => told,
        };
    }

    /// Whether it may leave now; if so, it counts as gone.
    pub(crate) fn leave(&self) -> bool {
        let mut stage = lock(&self.0);
        if *stage != Stage::HeldBack {
            *stage = Stage::Left;
        }
        *stage == Stage::Left
    }

    /// Holds it back if it can be, and tells whether it is certain that it will never leave.
    pub(crate) fn hold_back(&self) -> bool {
        let mut stage = lock(&self.0);
        *stage = match *stage {
            Stage::Unknown => Stage::Unwanted,
            Stage::Waiting => Stage::HeldBack,
            told => told,
        };
        *stage == Stage::HeldBack
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn either_it_may_have_left_or_it_never_will() {
        let [gone, held, untold, late] = [(); 4].map(|()| Departure::default());
        gone.wait();
        assert!(gone.leave() && gone.leave() && !gone.hold_back());
        held.wait();
        assert!(held.hold_back() && !held.leave() && held.hold_back());
        assert!(!untold.hold_back() && untold.leave(), "it never said that it would ask");
        assert!(!late.hold_back(), "nobody knew");
        late.wait();
        assert!(!late.leave() && late.hold_back(), "and yet nothing leaves after that");
    }
}
