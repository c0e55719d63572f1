//! Many zooms: what `zoom_many` of both clients stands on.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString};
use zoomout::{Batch, Event, Fields, Finished, Work};
use zoomout_binding::{OwnProcess, end_of, json, told};

use crate::error::raise;
use crate::leaving::{Inside, detached};
use crate::news::warn;
use crate::request::{ZoomRequest, order, with_field};
use crate::turns::Turn;
use crate::wait::SIGNALS;

/// Zooms under way, handed out as they end.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeBatch {
    batch: OwnProcess<Mutex<Batch>>,
    turn: Turn,
}

/// Which one, the task as JSON or the exception, and the task to acknowledge once that was handed out.
type Ended = (usize, Option<String>, Option<Py<PyAny>>, Option<String>);

impl NativeBatch {
    pub(crate) fn new(batch: Batch, turn: Turn) -> Self {
        Self { batch: OwnProcess::new(Mutex::new(batch)), turn }
    }

    /// What there is to do with the batch; nothing in a forked process.
    fn with<T>(&self, act: impl FnOnce(&mut Batch) -> T) -> Option<T> {
        let batch = self.batch.get()?;
        Some(act(&mut batch.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[pymethods]
impl NativeBatch {
    /// Whether one more may be added.
    fn has_room(&self) -> bool {
        self.with(|batch| batch.has_room()).unwrap_or(false)
    }

    /// Whether all have been handed out.
    fn is_empty(&self) -> bool {
        self.with(|batch| batch.is_empty()).unwrap_or(true)
    }

    /// Adds a task id, a `ZoomRequest` or a mapping. `on_event` hears its place and each event as JSON,
    /// `on_end` its place once it has ended; both on other threads.
    #[pyo3(signature = (item, on_event=None, on_end=None))]
    fn add(
        &self,
        py: Python<'_>,
        item: &Bound<'_, PyAny>,
        on_event: Option<Py<PyAny>>,
        on_end: Option<Py<PyAny>>,
    ) -> PyResult<usize> {
        let _inside = Inside::holding(py);
        let work = work(py, item)?;
        let (turn, end) = (self.turn.clone(), self.turn.clone());
        let on_event = move |index: usize, event: &Event| {
            warn(&turn, event);
            if let Some(hear) = &on_event {
                turn.tell(|py| drop(hear.call1(py, (index, told(event)))));
            }
        };
        let on_end = move |index: usize| {
            if let Some(hear) = &on_end {
                end.tell(|py| drop(hear.call1(py, (index,))));
            }
        };
        self.with(|batch| batch.add(work, on_event, on_end))
            .ok_or_else(|| PyRuntimeError::new_err("these zooms are another process's"))
    }

    /// The next result, if one comes within a moment in which signals can wait.
    fn next(&self, py: Python<'_>) -> Option<Ended> {
        let next = detached(py, || self.with(|batch| batch.next_within(SIGNALS)));
        next?.ok().flatten().map(|finished| ended(py, finished))
    }

    /// The next result, if there is one.
    fn take(&self, py: Python<'_>) -> Option<Ended> {
        // With the interpreter lock held, for there is nothing to wait for.
        self.with(|batch| batch.next_within(Duration::ZERO))?
            .ok()
            .flatten()
            .map(|finished| ended(py, finished))
    }

    /// Stops all; each is still handed out.
    fn cancel(&self, py: Python<'_>) {
        detached(py, || self.with(|batch| batch.cancel()));
    }
}

fn ended(py: Python<'_>, finished: Finished) -> Ended {
    let task_id = end_of(&finished.result).map(ToString::to_string);
    match finished.result {
        Ok(task) => (finished.index, Some(json(&task)), None, task_id),
        Err(error) => (finished.index, None, Some(raise(py, &error).into_value(py).into_any()), task_id),
    }
}

fn work(py: Python<'_>, item: &Bound<'_, PyAny>) -> PyResult<Work> {
    if let Ok(request) = item.cast::<ZoomRequest>() {
        return Ok(request.get().order.clone().into());
    }
    let fields = if item.is_instance_of::<PyString>() {
        Fields::new().with("task_id", item.extract::<String>()?)
    } else {
        fields(py, item.cast::<PyMapping>()?)?
    };
    order(py, "zoom", fields).map(Into::into)
}

fn fields(py: Python<'_>, mapping: &Bound<'_, PyMapping>) -> PyResult<Fields> {
    mapping.items()?.iter().try_fold(Fields::new(), |fields, item| {
        let (name, value): (String, Bound<'_, PyAny>) = item.extract()?;
        if value.is_none() { Ok(fields) } else { with_field(py, fields, &name, &value) }
    })
}
