//! A zoom or an upscale before it is sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use zoomout_core::{Action, Error, Fields, Given, Key, Order, Tier};

use crate::error::raise;
use crate::given::{given, to_json};

/// What an order has beside the fields of its action.
const OF_THE_ORDER: [&str; 2] = ["key", "again"];

/// A zoom before it is sent: what will be asked, which tier it is, what it will be billed to, and the key under which
/// it is submitted once. Made of its fields, or of another one.
#[pyclass(frozen, module = "zoomout")]
pub(crate) struct ZoomRequest {
    pub(crate) order: Order,
    body: String,
}

#[pymethods]
impl ZoomRequest {
    #[new]
    #[pyo3(signature = (
        task_id, *, zoom_ratio=None, custom_id=None, index=None, speed=None, metadata=None, key=None, again=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords")]
    fn new(
        py: Python<'_>,
        task_id: &Bound<'_, PyAny>,
        zoom_ratio: Option<&Bound<'_, PyAny>>,
        custom_id: Option<&Bound<'_, PyAny>>,
        index: Option<&Bound<'_, PyAny>>,
        speed: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        again: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let rest = [
            ("zoom_ratio", zoom_ratio),
            ("custom_id", custom_id),
            ("index", index),
            ("speed", speed),
            ("metadata", metadata),
            ("key", key),
            ("again", again.filter(|again| !is_false(again))),
        ];
        if let Ok(request) = task_id.cast::<Self>() {
            return request.get().alone(py, rest);
        }
        let order = order(py, "zoom", fields(py, task_id, rest)?)?;
        let body = String::from_utf8_lossy(&order.action.body()).into_owned();
        Ok(Self { order, body })
    }

    /// The tier that the ratio buys; None where a button decides.
    #[getter]
    fn tier(&self) -> Option<&'static str> {
        self.order.action.tier().map(Tier::as_str)
    }

    /// The price cell that an accepted submission is billed to.
    #[getter]
    fn billing_key(&self) -> String {
        self.order.action.billing_key().to_string()
    }

    /// The name under which it is submitted once.
    #[getter]
    fn key(&self) -> Option<&str> {
        self.order.key.as_ref().map(Key::as_str)
    }

    /// Whether it is submitted anew where it has ended.
    #[getter]
    const fn again(&self) -> bool {
        self.order.again
    }

    /// The body of the request.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.body.as_str(),))
    }

    /// How `pickle` and `copy` make another.
    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let fields = self.to_dict(py)?.cast_into::<PyDict>()?;
        if let Some(key) = self.key() {
            fields.set_item("key", key)?;
            fields.set_item("again", self.again())?;
        }
        Ok((PyTuple::empty(py), fields))
    }

    fn __repr__(&self) -> String {
        let key = self.key().map(|key| format!(", key={key:?}")).unwrap_or_default();
        let again = if self.again() { ", again=True" } else { "" };
        format!("ZoomRequest({}{key}{again})", self.body)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().order == self.order)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.body, self.key()).hash(&mut hasher);
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
            None => Ok(Self { order: self.order.clone(), body: self.body.clone() }),
        }
    }
}

/// An upscale before it is sent.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct UpscaleRequest {
    pub(crate) order: Order,
}

#[pymethods]
impl UpscaleRequest {
    #[new]
    #[pyo3(signature = (
        task_id, *, zoom_ratio=None, custom_id=None, index=None, speed=None, metadata=None, key=None, again=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords")]
    fn new(
        py: Python<'_>,
        task_id: &Bound<'_, PyAny>,
        zoom_ratio: Option<&Bound<'_, PyAny>>, // refused by the core, in its words
        custom_id: Option<&Bound<'_, PyAny>>,
        index: Option<&Bound<'_, PyAny>>,
        speed: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        again: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let rest = [
            ("zoom_ratio", zoom_ratio),
            ("custom_id", custom_id),
            ("index", index),
            ("speed", speed),
            ("metadata", metadata),
            ("key", key),
            ("again", again),
        ];
        order(py, "upscale", fields(py, task_id, rest)?).map(|order| Self { order })
    }
}

/// The arguments that were given, by their names.
type Arguments<'a, 'py> = [(&'static str, Option<&'a Bound<'py, PyAny>>); 7];

/// A word that says as much as none.
fn is_false(value: &Bound<'_, PyAny>) -> bool {
    value.cast::<PyBool>().is_ok_and(|flag| !flag.is_true())
}

/// The order that these fields describe.
pub(crate) fn order(py: Python<'_>, noun: &str, fields: Fields) -> PyResult<Order> {
    Order::from_fields(noun, fields).map_err(|error| raise(py, &error.into()))
}

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
    if OF_THE_ORDER.contains(&name) {
        // The core refuses what JSON cannot write as it refuses anything else.
        let given = to_json(py, value).map_or(Given::Foreign("something else"), Given::from);
        return Ok(fields.with(name, given));
    }
    let Some(field) = Action::spec_of("zoom").and_then(|spec| spec.field(name)) else {
        return Err(PyTypeError::new_err(format!("zoom_many() got an unexpected field {name:?}")));
    };
    Ok(fields.with(name, given(py, field, value)?))
}
