//! Whatever a user can ask of a client, as one value.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zoomout_binding::{Answer, Fetch, resolution};

use crate::error::raise;
use crate::given;
use crate::request::{UpscaleRequest, ZoomRequest};

/// Something that is asked of a client.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct Ask(pub(crate) zoomout_binding::Ask);

#[pymethods]
impl Ask {
    #[staticmethod]
    fn zoom(request: &Bound<'_, ZoomRequest>) -> Self {
        Self(zoomout_binding::Ask::Run(request.get().order.clone()))
    }

    #[staticmethod]
    fn submit(request: &Bound<'_, ZoomRequest>) -> Self {
        Self(zoomout_binding::Ask::Submit(request.get().order.clone()))
    }

    #[staticmethod]
    fn upscale(request: &Bound<'_, UpscaleRequest>) -> Self {
        Self(zoomout_binding::Ask::Run(request.get().order.clone()))
    }

    #[staticmethod]
    fn wait(py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        given::task_id(py, task_id).map(|task_id| Self(zoomout_binding::Ask::Wait(task_id)))
    }

    #[staticmethod]
    fn task(py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        given::task_id(py, task_id).map(|task_id| Self(zoomout_binding::Ask::Task(task_id)))
    }

    #[staticmethod]
    fn buttons(py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Self> {
        given::task_id(py, task_id).map(|task_id| Self(zoomout_binding::Ask::Buttons(task_id)))
    }

    #[staticmethod]
    fn download(
        py: Python<'_>,
        task_id: &Bound<'_, PyAny>,
        links: Vec<String>,
        path: PathBuf,
    ) -> PyResult<Self> {
        let task_id = given::task_id(py, task_id)?;
        Ok(Self(zoomout_binding::Ask::Fetch(Fetch::All { task_id, links, path })))
    }

    #[staticmethod]
    fn save(link: String, path: PathBuf) -> Self {
        Self(zoomout_binding::Ask::Fetch(Fetch::Save { link, path }))
    }

    #[staticmethod]
    fn read(link: String) -> Self {
        Self(zoomout_binding::Ask::Fetch(Fetch::Read { link }))
    }

    /// What is unfinished.
    #[staticmethod]
    const fn unfinished() -> Self {
        Self(zoomout_binding::Ask::Unfinished)
    }

    /// Settles what nobody knows.
    #[staticmethod]
    #[pyo3(signature = (key, task_id, billed))]
    fn resolve(
        py: Python<'_>,
        key: &Bound<'_, PyAny>,
        task_id: Option<&Bound<'_, PyAny>>,
        billed: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let key = given::text(py, "key", "text", key)?;
        let task_id = task_id.map(|task_id| given::task_id(py, task_id)).transpose()?;
        let billed = billed.map(|billed| given::flag(py, "billed", billed)).transpose()?;
        let resolution = resolution(task_id, billed).map_err(|error| raise(py, &error))?;
        Ok(Self(zoomout_binding::Ask::Resolve(key, resolution)))
    }
}

/// An answer as Python has it: JSON as text, files as a list of paths, a picture as bytes.
pub(crate) fn present(py: Python<'_>, answer: Answer) -> PyResult<Py<PyAny>> {
    match answer {
        Answer::Json(text) => Ok(text.into_pyobject(py)?.into_any().unbind()),
        Answer::Paths(paths) => Ok(paths.into_pyobject(py)?.into_any().unbind()),
        Answer::Bytes(bytes) => Ok(PyBytes::new(py, &bytes).into_any().unbind()),
    }
}
