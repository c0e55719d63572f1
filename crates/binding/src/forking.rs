//! What a process does about a fork.

use std::cell::RefCell;

use zoomout::{AllClosed, SqliteLedger};

use crate::handed_out;

thread_local! {
    /// Held by the thread that forks, until it has.
    static CLOSED: RefCell<Option<AllClosed>> = const { RefCell::new(None) };
}

/// Before a fork, on the thread that forks: no ledger in a file stays open. Waits for those who use one.
pub fn before_fork() {
    let closed = SqliteLedger::close_all();
    CLOSED.with_borrow_mut(|place| *place = Some(closed));
}

/// After it, in the parent, or where it has failed.
pub fn after_fork() {
    CLOSED.take();
}

/// After it, in the child.
pub fn forked() {
    after_fork();
    handed_out::forked();
}
