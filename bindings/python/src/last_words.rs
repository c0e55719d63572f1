//! What an exception that stopped a call tells of its task: what was paid for must not be lost.

use std::time::Duration;

use pyo3::prelude::*;
use zoomout::Error;

use crate::error::raise;
use crate::leaving::Inside;

/// So long a call that was stopped may take to say what became of it.
pub(crate) const LAST_WORDS: Duration = Duration::from_millis(80);

/// Tells with `stop`, which stopped a call, what is known of it: as attributes, as a note, and whole as its context.
pub(crate) fn attach(py: Python<'_>, stop: &Bound<'_, PyAny>, error: &Error) {
    let _inside = Inside::holding(py);
    // An exception that takes none of this still stops the call.
    drop(try_attach(py, stop, error));
}

fn try_attach(py: Python<'_>, stop: &Bound<'_, PyAny>, error: &Error) -> PyResult<()> {
    let told = raise(py, error).into_value(py).into_bound(py);
    // What it came from stays behind it.
    told.setattr("__context__", stop.getattr("__context__")?)?;
    stop.setattr("__context__", &told)?;
    // An error of ours that a callback raised says the same of its own task.
    if !stop.is_instance(&py.import("zoomout._errors")?.getattr("ZoomoutError")?)? {
        stop.setattr("task_id", told.getattr("task_id")?)?;
        stop.setattr("billed", told.getattr("billed")?)?;
    }
    let task = error.task_id().map(|task_id| format!("; task: {task_id}")).unwrap_or_default();
    let note = format!("{}{task}; billed: {}; next: {}", told, error.billed(), error.next_step());
    // Notes exist from Python 3.11 on; the context tells the same on 3.10.
    stop.call_method1("add_note", (note,)).map(drop)
}
