//! Turns an error of the core into the Python exception of its kind.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The classes live in Python: native ones cannot be subclassed under the stable ABI before 3.12.
pub(crate) fn raise(py: Python<'_>, error: &zoomout_core::Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

fn exception<'py>(py: Python<'py>, error: &zoomout_core::Error) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("kind", error.kind().as_str())?;
    fields.set_item("billed", error.billed().as_str())?;
    fields.set_item("field", error.field())?;
    fields.set_item("task_id", error.task_id().map(zoomout_core::TaskId::as_str))?;
    fields.set_item("next_step", error.next_step())?;
    let classes = py.import("zoomout._errors")?.getattr("CLASSES")?;
    let class = classes.get_item(error.kind().as_str())?;
    class.call((error.to_string().into_bound_py_any(py)?,), Some(&fields))
}
