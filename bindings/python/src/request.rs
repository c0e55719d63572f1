//! A zoom before it is sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyTuple};
use zoomout_core::{Action, Fields, Given, Tier, Upscale, Zoom};

use crate::error::raise;
use crate::leaving::Inside;

/// A zoom before it is sent: what will be asked, which tier it is, what it will be billed to.
#[pyclass(frozen, module = "zoomout")]
pub(crate) struct ZoomRequest {
    pub(crate) zoom: Zoom,
    body: String,
}

#[pymethods]
impl ZoomRequest {
    #[new]
    #[pyo3(signature = (task_id, *, zoom_ratio=None, custom_id=None, index=None, speed=None, metadata=None))]
    fn new(
        py: Python<'_>,
        task_id: String,
        zoom_ratio: Option<f64>,
        custom_id: Option<String>,
        index: Option<i64>,
        speed: Option<String>,
        metadata: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let fields = fields(py, task_id, zoom_ratio, custom_id, index, speed, metadata)?;
        let zoom = Zoom::from_fields(fields).map_err(|error| raise(py, &error.into()))?;
        let body = String::from_utf8_lossy(&Action::from(zoom.clone()).body()).into_owned();
        Ok(Self { zoom, body })
    }

    /// The tier that the ratio buys; None where a button decides.
    #[getter]
    fn tier(&self) -> Option<&'static str> {
        self.zoom.tier().map(Tier::as_str)
    }

    /// The price cell that an accepted submission is billed to.
    #[getter]
    fn billing_key(&self) -> String {
        self.zoom.billing_key().to_string()
    }

    /// The body of the request.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.body.as_str(),))
    }

    /// How `pickle` and `copy` make another.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyAny>)> {
        Ok((PyTuple::empty(py), self.to_dict(py)?))
    }

    fn __repr__(&self) -> String {
        format!("ZoomRequest({})", self.body)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().zoom == self.zoom)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.body.hash(&mut hasher);
        hasher.finish()
    }
}

/// An upscale before it is sent.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct UpscaleRequest {
    pub(crate) upscale: Upscale,
}

#[pymethods]
impl UpscaleRequest {
    #[new]
    #[pyo3(signature = (task_id, *, zoom_ratio=None, custom_id=None, index=None, speed=None, metadata=None))]
    fn new(
        py: Python<'_>,
        task_id: String,
        zoom_ratio: Option<f64>, // refused by the core, in its words
        custom_id: Option<String>,
        index: Option<i64>,
        speed: Option<String>,
        metadata: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let fields = fields(py, task_id, zoom_ratio, custom_id, index, speed, metadata)?;
        let upscale = Upscale::from_fields(fields).map_err(|error| raise(py, &error.into()))?;
        Ok(Self { upscale })
    }
}

fn fields(
    py: Python<'_>,
    task_id: String,
    zoom_ratio: Option<f64>,
    custom_id: Option<String>,
    index: Option<i64>,
    speed: Option<String>,
    metadata: Option<&Bound<'_, PyAny>>,
) -> PyResult<Fields> {
    let metadata = metadata.map(|value| to_json(py, value)).transpose()?;
    Ok(Fields::new()
        .with("task_id", task_id)
        .with_given("zoom_ratio", zoom_ratio)
        .with_given("custom_id", custom_id)
        .with_given("index", index)
        .with_given("speed", speed)
        .with_given("metadata", metadata))
}

/// A value of a mapping; a number as it is, for JSON cannot write every one.
pub(crate) fn given(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Given> {
    match value.cast::<PyFloat>() {
        Ok(number) => Ok(number.value().into()),
        Err(_) => to_json(py, value).map(Given::from),
    }
}

/// Any mapping that Python's own `json` can write.
pub(crate) fn to_json(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<serde_json::Value> {
    let _inside = Inside::holding(py);
    let plain = match value.cast::<pyo3::types::PyMapping>() {
        Ok(mapping) => py.import("builtins")?.getattr("dict")?.call1((mapping,))?,
        Err(_) => value.clone(),
    };
    let text: String = py.import("json")?.getattr("dumps")?.call1((plain,))?.extract()?;
    serde_json::from_str(&text)
        .map_err(|error| PyTypeError::new_err(format!("metadata is not JSON: {error}")))
}
