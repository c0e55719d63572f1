//! Many zooms from any iterable: what `zoomout.Client.zoom_many` stands on.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyMapping, PyString};
use zoomout::{CancelToken, Client, Error, Fields, Finished, Work, ZoomMany};

use crate::client::{SIGNALS, json};
use crate::error::raise;
use crate::request::{ZoomRequest, to_json};

/// A Python iterator as ours. What goes wrong in it ends it, and is raised once all before it have ended.
struct Input {
    iterator: Py<PyIterator>,
    trouble: Arc<Mutex<Option<PyErr>>>,
}

impl Iterator for Input {
    type Item = Work;

    fn next(&mut self) -> Option<Work> {
        Python::attach(|py| {
            let item = self.iterator.bind(py).clone().next()?;
            match item.and_then(|item| work(py, &item)) {
                Ok(work) => Some(work),
                Err(error) => {
                    *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    None
                }
            }
        })
    }
}

/// A task id, a `ZoomRequest`, or a mapping of the API's fields.
fn work(py: Python<'_>, item: &Bound<'_, PyAny>) -> PyResult<Work> {
    if let Ok(request) = item.cast::<ZoomRequest>() {
        return Ok(request.get().zoom.clone().into());
    }
    let fields = if item.is_instance_of::<PyString>() {
        Fields { task_id: item.extract()?, ..Fields::default() }
    } else {
        fields(py, item.cast::<PyMapping>()?)?
    };
    fields.zoom().map(Into::into).map_err(|error| raise(py, &error))
}

fn fields(py: Python<'_>, mapping: &Bound<'_, PyMapping>) -> PyResult<Fields> {
    let mut fields = Fields::default();
    for item in mapping.items()?.iter() {
        let (name, value): (String, Bound<'_, PyAny>) = item.extract()?;
        match name.as_str() {
            "task_id" => fields.task_id = value.extract()?,
            "zoom_ratio" => fields.zoom_ratio = value.extract()?,
            "custom_id" => fields.custom_id = value.extract()?,
            "index" => fields.index = value.extract()?,
            "speed" => fields.speed = value.extract()?,
            "metadata" if value.is_none() => {}
            "metadata" => fields.metadata = Some(to_json(py, &value)?),
            other => {
                let problem = format!("zoom_many() got an unexpected field {other:?}");
                return Err(pyo3::exceptions::PyTypeError::new_err(problem));
            }
        }
    }
    Ok(fields)
}

/// The results of many zooms, as they end.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeMany {
    many: Mutex<ZoomMany<Input>>,
    token: CancelToken,
    trouble: Arc<Mutex<Option<PyErr>>>,
}

/// Which one, and the task as JSON or the exception.
type Ended = (usize, Option<String>, Option<Py<PyAny>>);

impl NativeMany {
    pub(crate) fn new(
        client: &Client,
        iterable: &Bound<'_, PyAny>,
        window: Option<NonZeroUsize>,
        in_order: bool,
    ) -> PyResult<Self> {
        let (token, trouble) = (CancelToken::new(), Arc::default());
        let input = Input { iterator: iterable.try_iter()?.unbind(), trouble: Arc::clone(&trouble) };
        let mut many = client.cancelled_by(&token).zoom_many(input);
        if let Some(window) = window {
            many = many.window(window);
        }
        if in_order {
            many = many.in_order();
        }
        Ok(Self { many: Mutex::new(many), token, trouble })
    }
}

#[pymethods]
impl NativeMany {
    /// The next result; nothing at the end.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Ended>> {
        loop {
            let next =
                py.detach(|| self.many.lock().unwrap_or_else(PoisonError::into_inner).next_within(SIGNALS));
            match next {
                Ok(Some(finished)) => return Ok(Some(ended(py, finished))),
                Ok(None) => {
                    let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
                    return trouble.map_or(Ok(None), Err);
                }
                Err(_) => {
                    let stopped = self.stopped(py).map_or_else(|| py.check_signals(), Err);
                    stopped.inspect_err(|_| self.token.cancel())?;
                }
            }
        }
    }

    /// Stops all; what was read is still answered for by `next`, and nothing more is read.
    fn cancel(&self, py: Python<'_>) {
        py.detach(|| self.token.cancel());
    }
}

impl NativeMany {
    /// A signal that came while the input was being read does not wait for those before it.
    fn stopped(&self, py: Python<'_>) -> Option<PyErr> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.take_if(|error| !error.is_instance_of::<PyException>(py))
    }
}

fn ended(py: Python<'_>, finished: Finished) -> Ended {
    let raised = |error: Error| raise(py, &error).into_value(py).into_any();
    match finished.result {
        Ok(task) => (finished.index, Some(json(&task)), None),
        Err(error) => (finished.index, None, Some(raised(error))),
    }
}
