//! Jobs that call back.

use pyo3::prelude::*;
use zoomout::{Error, Event, JobHandle};
use zoomout_binding::{Answer, OwnProcess, json};

use crate::ask::present;
use crate::error::raise;
use crate::leaving::detached;
use crate::turns::Turn;

/// A job under way.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeJob {
    handle: OwnProcess<JobHandle>,
}

impl NativeJob {
    pub(crate) fn new(handle: JobHandle) -> Self {
        Self { handle: OwnProcess::new(handle) }
    }
}

#[pymethods]
impl NativeJob {
    /// Stops waiting; the end is told as always. In a forked process there is nothing to stop.
    fn cancel(&self, py: Python<'_>) {
        detached(py, || self.handle.get().map(JobHandle::cancel));
    }
}

/// Hands events on as JSON.
pub(crate) fn listener(turn: Turn, on_event: Option<Py<PyAny>>) -> impl FnMut(&Event) + Send + 'static {
    move |event| {
        if let Some(hear) = &on_event {
            turn.tell(|py| drop(hear.call1(py, (json(event),))));
        }
    }
}

/// Hands on the answer, or the exception.
pub(crate) fn teller(turn: Turn, on_end: Py<PyAny>) -> impl FnOnce(Result<Answer, Error>) + Send + 'static {
    move |result| {
        turn.tell(|py| {
            let told = match result {
                Ok(answer) => present(py, answer).and_then(|answer| on_end.call1(py, (answer, py.None()))),
                Err(error) => on_end.call1(py, (py.None(), raise(py, &error).into_value(py))),
            };
            // Whoever listens has its own way to fail: a closed event loop, say. Nobody is left to tell.
            drop(told);
        });
    }
}
