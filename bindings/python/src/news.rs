//! What must be told even if nobody listens.

use pyo3::prelude::*;
use zoomout::Event;
use zoomout_binding::warning;

use crate::turns::Turn;

/// Warns of an event that must not pass unheard, from a thread of ours.
pub(crate) fn warn(turn: &Turn, event: &Event) {
    if let Some(message) = warning(event) {
        turn.tell(|py| tell(py, &message));
    }
}

/// Into the log, and as a warning. Nobody is left to tell where that fails.
pub(crate) fn tell(py: Python<'_>, message: &str) {
    let told = py.import("zoomout._left_behind").and_then(|module| module.call_method1("tell", (message,)));
    drop(told);
}
