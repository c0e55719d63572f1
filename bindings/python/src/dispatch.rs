//! Jobs that call back: what `zoomout.AsyncClient` stands on.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use zoomout::{Client, Dispatcher, Error, Event, JobHandle, Limits, Task, Work};

use crate::client::{json, progress};
use crate::error::raise;

/// The dispatcher of a client, made when it is first needed.
#[derive(Default)]
pub(crate) struct Dispatch(Mutex<Option<Arc<Dispatcher>>>);

/// A job under way.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeJob {
    handle: JobHandle,
}

#[pymethods]
impl NativeJob {
    /// Stops waiting; the end is told as always.
    fn cancel(&self, py: Python<'_>) {
        py.detach(|| self.handle.cancel());
    }
}

impl Dispatch {
    /// Starts a job. `on_progress` and `on_end` are called on threads of ours, and must not take long.
    pub(crate) fn spawn(
        &self,
        py: Python<'_>,
        client: &Client,
        work: Work,
        on_progress: Option<Py<PyAny>>,
        on_end: Py<PyAny>,
    ) -> PyResult<NativeJob> {
        let dispatcher = self.dispatcher(client).map_err(|error| raise(py, &error))?;
        let on_event = move |event: &Event| {
            if let (Some(hear), Some(told)) = (&on_progress, progress(event)) {
                // An interpreter that is ending hears nothing any more.
                Python::try_attach(|py| drop(hear.call1(py, told)));
            }
        };
        let on_end = move |result| {
            Python::try_attach(|py| tell_end(py, &on_end, result));
        };
        // With the interpreter lock held: it takes microseconds, and nobody calls Python under the
        // dispatcher's own lock. Giving it up here would make a thousand spawns queue behind every callback.
        Ok(NativeJob { handle: dispatcher.spawn(work, on_event, on_end) })
    }

    fn dispatcher(&self, client: &Client) -> Result<Arc<Dispatcher>, Error> {
        let mut dispatcher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dispatcher) = &*dispatcher {
            return Ok(Arc::clone(dispatcher));
        }
        let made = Arc::new(Dispatcher::new(client, Limits::default())?);
        *dispatcher = Some(Arc::clone(&made));
        Ok(made)
    }
}

fn tell_end(py: Python<'_>, on_end: &Py<PyAny>, result: Result<Task, Error>) {
    let told = match result {
        Ok(task) => on_end.call1(py, (json(&task), py.None())),
        Err(error) => on_end.call1(py, (py.None(), raise(py, &error).into_value(py))),
    };
    // Whoever listens has its own way to fail: a closed event loop, say. Nobody is left to tell.
    drop(told);
}
