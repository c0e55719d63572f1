//! One at a time: how our threads ask for the interpreter lock.
//!
//! Many threads that ask at once keep Python's own thread from it for a long time: an event loop would stand
//! still for a tenth of a second where a thousand jobs end together. So all but one wait here instead.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::leaving::Inside;

/// The queue of this process. It is only looked up with the interpreter lock held, so that a fork finds it open;
/// the queue itself may be taken by a thread that a forked process does not have, which begins a new one.
#[derive(Default)]
pub(crate) struct Turns(Mutex<(u32, Turn)>);

/// A place in the queue.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turns {
    /// A place in the queue of this process.
    pub(crate) fn here(&self, _held: Python<'_>) -> Turn {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.0 != process::id() {
            *queue = (process::id(), Turn::default());
        }
        queue.1.clone()
    }
}

impl Turn {
    /// Calls Python from a thread of ours; an interpreter that is ending hears nothing any more.
    pub(crate) fn tell(&self, call: impl FnOnce(Python<'_>)) {
        let _turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(_inside) = Inside::enter() {
            Python::try_attach(call);
        }
    }
}
