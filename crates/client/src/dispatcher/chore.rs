//! What an engine works on, whatever it is.

use std::fmt::Debug;

use zoomout_core::{Instant, Kind};

/// What is done when one's turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A submission is sent.
    Submission,
    /// A look is taken at a task.
    Look,
    /// A picture is fetched.
    Download,
    /// Its time was up before there was a place for it; that needs none.
    Overdue,
    /// The clock panicked while it waited; it ends, and that needs none.
    Adrift,
    /// It was stopped, and ends; that needs none.
    End,
}

impl Class {
    /// Whether a call may be made, for which there must be a place.
    pub(crate) const fn calls(self) -> bool {
        matches!(self, Self::Submission | Self::Look | Self::Download)
    }
}

impl From<Kind> for Class {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Submission => Self::Submission,
            Kind::Look => Self::Look,
            Kind::Download => Self::Download,
        }
    }
}

/// When a chore comes back, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) class: Class,
    pub(crate) at: Instant,
    /// If there is no place for it before that, its turn comes all the same, as [`Class::Overdue`].
    pub(crate) by: Instant,
}

/// What comes after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Again(Turn),
    Ended,
}

/// What the answer to a submission says about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reception {
    Accepted,
    /// Too many requests: nobody before this moment.
    Overrun(Instant),
    /// Nothing about its pace.
    Other,
    /// No call was made: it takes no part in the pace.
    Unused,
}

/// Something that is done turn by turn, on whichever thread is free. No method is called under a lock.
pub(crate) trait Chore: Debug + Send {
    /// What the first turn needs a permit for.
    fn class(&self) -> Class;

    /// One turn: at most one call, and whatever is to be told. `class` is what there is a place for; with
    /// one that makes no call, none may be made, and it must end now unless it is merely overdue.
    ///
    /// `heard` learns what the call shows of the server, as soon as it is over and before anybody is told: with
    /// that its place is free.
    fn turn(&mut self, class: Class, heard: &mut dyn FnMut(Reception)) -> Next;

    /// Tells its listeners how it ended. Called once; after a turn that panicked, too.
    fn end(self: Box<Self>);

    /// In place of everything else: there is no thread for it.
    fn refuse(self: Box<Self>);
}
