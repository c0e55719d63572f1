//! One at a time: how our threads ask for the interpreter lock.
//!
//! Many threads that ask at once keep Python's own thread from it for a long time: an event loop would stand
//! still for a tenth of a second where a thousand jobs end together. So all but one wait here instead.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::leaving::Inside;

/// A place in the queue of a client. Each process has its own: a fork may find somebody in it.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turn {
    /// Calls Python from a thread of ours; an interpreter that is ending hears nothing any more.
    pub(crate) fn tell(&self, call: impl FnOnce(Python<'_>)) {
        let _turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(_inside) = Inside::enter() {
            Python::try_attach(call);
        }
    }
}
