//! Values as Python gives them: each is refused by its name, before anything is sent.

use std::num::NonZeroUsize;
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyMapping, PyString};
use zoomout::Field;
use zoomout_binding::LedgerFile;
use zoomout_core::{Error, Form, Given, TaskId};

use crate::error::raise;
use crate::leaving::Inside;

/// The value of a field, for the core to check; a number as it is, for JSON cannot write every one.
pub(crate) fn given(py: Python<'_>, field: &Field, value: &Bound<'_, PyAny>) -> PyResult<Given> {
    if let Ok(number) = value.cast::<PyFloat>() {
        return Ok(number.value().into());
    }
    match to_json(py, value) {
        Ok(json) => Ok(json.into()),
        Err(error) if field.form == Form::Json => Err(error),
        Err(_) => number(py, value)?.ok_or_else(|| refuse(py, field.name, field.limits, value)),
    }
}

/// A number that `json` does not know: a `Decimal`, or one of another library.
fn number(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Option<Given>> {
    let numbers = py.import("numbers")?;
    if value.is_instance(&numbers.getattr("Integral")?)? {
        return Ok(value.extract::<i64>().ok().map(Given::from));
    }
    let number = value.is_instance(&numbers.getattr("Number")?)?;
    Ok(if number { value.extract::<f64>().ok().map(Given::from) } else { None })
}

/// The id of a task.
pub(crate) fn task_id(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<TaskId> {
    let id = text(py, "task_id", "the id of a task", value)?;
    TaskId::new(id).map_err(|error| raise(py, &error.into()))
}

/// A setting that is text.
pub(crate) fn text(
    py: Python<'_>,
    name: &'static str,
    limits: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<String> {
    value.extract().map_err(|_| refuse(py, name, limits, value))
}

/// Seconds, or a `timedelta`.
pub(crate) fn seconds(py: Python<'_>, name: &'static str, value: &Bound<'_, PyAny>) -> PyResult<f64> {
    let refuse = || refuse(py, name, "a number of seconds or a timedelta", value);
    if value.is_instance_of::<PyBool>() {
        return Err(refuse());
    }
    if value.is_instance(&py.import("datetime")?.getattr("timedelta")?)? {
        return value.call_method0("total_seconds")?.extract();
    }
    value.extract().map_err(|_| refuse())
}

/// A span of time, which may be none at all.
pub(crate) fn span(py: Python<'_>, name: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let seconds = seconds(py, name, value)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        raise(py, &Error::invalid(name, format_args!("must be a number of seconds from 0 on, got {seconds}")))
    })
}

/// How many there may be.
pub(crate) fn size(py: Python<'_>, name: &'static str, value: &Bound<'_, PyAny>) -> PyResult<NonZeroUsize> {
    let size = if value.is_instance_of::<PyBool>() { None } else { value.extract().ok() };
    size.and_then(NonZeroUsize::new).ok_or_else(|| refuse(py, name, "a whole number, 1 or more", value))
}

/// Yes or no.
pub(crate) fn flag(py: Python<'_>, name: &'static str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.extract().map_err(|_| refuse(py, name, "true or false", value))
}

/// The file of a ledger.
pub(crate) fn ledger(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<LedgerFile> {
    let path = value.extract().map_err(|_| refuse(py, "ledger", "a path", value))?;
    LedgerFile::new(path).map_err(|error| raise(py, &error))
}

/// What hears of a task, if it can be called: otherwise that would be found out once the task is paid for.
#[pyfunction]
pub(crate) fn callback<'py>(
    py: Python<'py>,
    on_progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match on_progress {
        Some(value) if !value.is_callable() => Err(refuse(py, "on_progress", "a function", &value)),
        Some(value) if is_coroutine_function(&value) => {
            Err(refuse(py, "on_progress", "a plain function, which nobody has to await", &value))
        }
        callable => Ok(callable),
    }
}

/// Whether a call would only make a coroutine: `inspect.CO_COROUTINE` in the flags of its code.
fn is_coroutine_function(value: &Bound<'_, PyAny>) -> bool {
    const CO_COROUTINE: u32 = 0x80;
    let flags = value.getattr("__code__").and_then(|code| code.getattr("co_flags")?.extract::<u32>());
    flags.is_ok_and(|flags| flags & CO_COROUTINE != 0)
}

/// Any mapping that Python's own `json` can write.
pub(crate) fn to_json(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<serde_json::Value> {
    let _inside = Inside::holding(py);
    let plain = match value.cast::<PyMapping>() {
        Ok(mapping) => py.import("builtins")?.getattr("dict")?.call1((mapping,))?,
        Err(_) => value.clone(),
    };
    let text: String = py.import("json")?.getattr("dumps")?.call1((plain,))?.extract()?;
    serde_json::from_str(&text)
        .map_err(|error| PyTypeError::new_err(format!("metadata is not JSON: {error}")))
}

/// Refuses a value by what it is: a number is shown, of anything else only its type.
pub(crate) fn refuse(py: Python<'_>, name: &'static str, limits: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let _inside = Inside::holding(py);
    let number = value.extract::<f64>().is_ok() && !value.is_instance_of::<PyString>();
    let shown = if number { value.repr() } else { value.get_type().name() };
    let shown = shown.map_or_else(|_| "something else".to_owned(), |shown| shown.to_string());
    raise(py, &Error::invalid(name, format_args!("must be {limits}, got {shown}")))
}
