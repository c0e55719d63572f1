//! A zoom before it is sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use zoomout_core::{Action, Error, Fields, Tier, Upscale, Zoom};

use crate::error::raise;
use crate::given::given;

/// A zoom before it is sent: what will be asked, which tier it is, what it will be billed to. Made of its fields, or
/// of another one.
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
        task_id: &Bound<'_, PyAny>,
        zoom_ratio: Option<&Bound<'_, PyAny>>,
        custom_id: Option<&Bound<'_, PyAny>>,
        index: Option<&Bound<'_, PyAny>>,
        speed: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let rest = [
            ("zoom_ratio", zoom_ratio),
            ("custom_id", custom_id),
            ("index", index),
            ("speed", speed),
            ("metadata", metadata),
        ];
        if let Ok(request) = task_id.cast::<Self>() {
            return request.get().alone(py, rest);
        }
        let fields = fields(py, task_id, rest)?;
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

impl ZoomRequest {
    /// The same once more: a request says everything, so nothing may be given beside it.
    fn alone(&self, py: Python<'_>, rest: Arguments<'_, '_>) -> PyResult<Self> {
        match rest.into_iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(raise(
                py,
                &Error::invalid(name, "must not be given beside a ZoomRequest, which says it all"),
            )),
            None => Ok(Self { zoom: self.zoom.clone(), body: self.body.clone() }),
        }
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
        task_id: &Bound<'_, PyAny>,
        zoom_ratio: Option<&Bound<'_, PyAny>>, // refused by the core, in its words
        custom_id: Option<&Bound<'_, PyAny>>,
        index: Option<&Bound<'_, PyAny>>,
        speed: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let rest = [
            ("zoom_ratio", zoom_ratio),
            ("custom_id", custom_id),
            ("index", index),
            ("speed", speed),
            ("metadata", metadata),
        ];
        let fields = fields(py, task_id, rest)?;
        let upscale = Upscale::from_fields(fields).map_err(|error| raise(py, &error.into()))?;
        Ok(Self { upscale })
    }
}

/// The arguments that were given, by their names.
type Arguments<'a, 'py> = [(&'static str, Option<&'a Bound<'py, PyAny>>); 5];

/// The same door for arguments as for the mappings of `zoom_many`.
fn fields(py: Python<'_>, task_id: &Bound<'_, PyAny>, rest: Arguments<'_, '_>) -> PyResult<Fields> {
    let named = rest.into_iter().filter_map(|(name, value)| Some((name, value?)));
    std::iter::once(("task_id", task_id))
        .chain(named)
        .try_fold(Fields::new(), |fields, (name, value)| with_field(py, fields, name, value))
}

/// With the field of this name, which an action of ours must have.
pub(crate) fn with_field(
    py: Python<'_>,
    fields: Fields,
    name: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<Fields> {
    let Some(field) = Action::spec_of("zoom").and_then(|spec| spec.field(name)) else {
        return Err(PyTypeError::new_err(format!("zoom_many() got an unexpected field {name:?}")));
    };
    Ok(fields.with(name, given(py, field, value)?))
}
