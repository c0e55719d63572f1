//! Turns an error of the core into the Python exception of its kind.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::leaving::Inside;

/// The classes live in Python: native ones cannot be subclassed under the stable ABI before 3.12.
pub(crate) fn raise(py: Python<'_>, error: &zoomout_core::Error) -> PyErr {
    let _inside = Inside::holding(py);
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

fn exception<'py>(py: Python<'py>, error: &zoomout_core::Error) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(error).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let fields = py.import("json")?.call_method1("loads", (text,))?;
    py.import("zoomout._errors")?.call_method1("from_fields", (fields,))
}
