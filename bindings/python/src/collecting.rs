//! What is unfinished, collected one by one.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use zoomout_binding::{Ask, Collecting, Known, OwnProcess};

use crate::error::raise;
use crate::job::{NativeJob, teller};
use crate::turns::Turn;
use crate::wait::run;

/// What `collect` of both clients stands on.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeCollecting {
    collecting: OwnProcess<Collecting>,
    turn: Turn,
}

impl NativeCollecting {
    pub(crate) fn new(collecting: Collecting, turn: Turn) -> Self {
        Self { collecting: OwnProcess::new(collecting), turn }
    }

    fn here(&self) -> PyResult<&Collecting> {
        self.collecting.get().ok_or_else(|| PyRuntimeError::new_err("this is another process's"))
    }
}

#[pymethods]
impl NativeCollecting {
    /// Waits for the next one, as JSON: `null` after the last.
    fn run(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let collecting = self.here()?;
        run(py, None, Known::of(&Ask::Unfinished), |_, on_end| collecting.next(on_end))?.0
    }

    /// Calls back with the next one.
    fn start(&self, py: Python<'_>, on_end: Py<PyAny>) -> PyResult<NativeJob> {
        let known = Known::of(&Ask::Unfinished);
        let next = self.here()?.next(teller(self.turn.clone(), known.clone(), on_end));
        next.map(|under_way| NativeJob::new(under_way, known)).map_err(|error| raise(py, &error))
    }

    /// Stops it. In a forked process there is nothing to stop.
    fn cancel(&self) {
        if let Some(collecting) = self.collecting.get() {
            collecting.cancel();
        }
    }
}
