//! The client, and what fetches pictures without one.

use std::convert::Infallible;
use std::path::PathBuf;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use zoomout::ApiKey;
use zoomout_binding::{Connection, EachProcess, Known, Settings};

use crate::ask::Ask;
use crate::batch::NativeBatch;
use crate::collecting::NativeCollecting;
use crate::error::raise;
use crate::given::{self, seconds, size, span, text};
use crate::job::{NativeJob, listener, teller};
use crate::leaving::detached;
use crate::turns::Turn;
use crate::wait::run;

/// What `zoomout.Client` and `zoomout.AsyncClient` stand on.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeClient {
    connection: Connection,
    turns: EachProcess<Turn>,
}

impl NativeClient {
    pub(crate) fn new(py: Python<'_>, settings: Settings) -> PyResult<Self> {
        let connection = Connection::new(settings).map_err(|error| raise(py, &error))?;
        Ok(Self { connection, turns: EachProcess::new(Turn::default()) })
    }

    /// A place in the queue of this process.
    fn turn(&self) -> Turn {
        let Ok(turn) = self.turns.get_or_make(|| Ok::<_, Infallible>(Turn::default()));
        turn.clone()
    }
}

#[pymethods]
impl NativeClient {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "Python's keywords")]
    #[pyo3(signature = (api_key, base_url, language, timeout, call_timeout, resubmit, ledger, pace=None))]
    fn build(
        py: Python<'_>,
        api_key: Option<&Bound<'_, PyAny>>,
        base_url: Option<&Bound<'_, PyAny>>,
        language: Option<&Bound<'_, PyAny>>,
        timeout: Option<&Bound<'_, PyAny>>,
        call_timeout: Option<&Bound<'_, PyAny>>,
        resubmit: Option<&Bound<'_, PyAny>>,
        ledger: Option<&Bound<'_, PyAny>>,
        pace: Option<f64>,
    ) -> PyResult<Self> {
        let text = |name, value: Option<&Bound<'_, PyAny>>| {
            value.map(|value| text(py, name, "text", value)).transpose()
        };
        let api_key = text("api_key", api_key)?.map(ApiKey::new);
        let settings = Settings {
            api_key: api_key.transpose().map_err(|error| raise(py, &error.into()))?,
            base_url: text("base_url", base_url)?,
            language: text("language", language)?,
            resubmit: text("resubmit", resubmit)?,
            ledger: ledger.map(|path| given::ledger(py, path)).transpose()?,
            pace,
            ..limits(py, timeout, call_timeout)?
        };
        Self::new(py, settings)
    }

    /// The address of the API.
    #[getter]
    fn base_url(&self, py: Python<'_>) -> PyResult<String> {
        let client = self.connection.client().map_err(|error| raise(py, &error))?;
        Ok(client.base_url().as_str().to_owned())
    }

    /// Asks, and waits for the answer, with which comes the task to acknowledge. `on_event` hears each event as JSON, on
    /// this thread.
    #[pyo3(signature = (ask, on_event=None))]
    fn run(
        &self,
        py: Python<'_>,
        ask: &Bound<'_, Ask>,
        on_event: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Py<PyAny>, Option<String>)> {
        let ask = ask.get().0.clone();
        let start = |on_event, on_end| self.connection.start(ask.clone(), on_event, on_end);
        let (answer, task_id) = run(py, on_event, Known::of(&ask), start)?;
        if answer.is_err()
            && let Some(task_id) = task_id
        {
            // A failed task is refunded: nothing is lost with its error.
            self.connection.acknowledge(task_id).map_err(|error| raise(py, &error))?;
            return answer.map(|answer| (answer, None));
        }
        answer.map(|answer| (answer, task_id.map(|task_id| task_id.to_string())))
    }

    /// The end of this task has reached whoever asked for it.
    fn acknowledge(&self, py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<()> {
        let task_id = given::task_id(py, task_id)?;
        self.connection.acknowledge(task_id).map_err(|error| raise(py, &error))
    }

    /// Collects what is unfinished in this folder, one by one.
    fn collect(&self, py: Python<'_>, folder: PathBuf) -> PyResult<NativeCollecting> {
        let collecting = self.connection.collect(folder).map_err(|error| raise(py, &error))?;
        Ok(NativeCollecting::new(collecting, self.turn()))
    }

    /// Asks, and calls back: `on_end` with the answer or the exception, and the task to acknowledge, on another thread.
    #[pyo3(signature = (ask, on_end, on_event=None))]
    fn start(
        &self,
        py: Python<'_>,
        ask: &Bound<'_, Ask>,
        on_end: Py<PyAny>,
        on_event: Option<Py<PyAny>>,
    ) -> PyResult<NativeJob> {
        // With the interpreter lock held: it takes microseconds, and nobody calls Python under the
        // dispatcher's own lock. Giving it up here would make a thousand starts queue behind every callback.
        let (ask, turn) = (ask.get().0.clone(), self.turn());
        let known = Known::of(&ask);
        let on_event = listener(turn.clone(), known.clone(), on_event);
        let under_way = self.connection.start(ask, on_event, teller(turn, known.clone(), on_end));
        under_way.map(|under_way| NativeJob::new(under_way, known)).map_err(|error| raise(py, &error))
    }

    /// What waits, at most for so long, for the submissions that were left behind, and tells on one line what became
    /// of each that nobody was told of yet.
    fn settling<'py>(
        &self,
        py: Python<'py>,
        timeout: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyCFunction>> {
        let patience = span(py, "timeout", timeout)?;
        let settling = self.connection.settling(patience).map_err(|error| raise(py, &error))?;
        PyCFunction::new_closure(py, None, None, move |args, _| detached(args.py(), &settling))
    }

    /// What became of those that have come to their end, as JSON.
    fn settled(&self, py: Python<'_>) -> PyResult<String> {
        self.connection.settled().map_err(|error| raise(py, &error))
    }

    /// An empty batch of zooms.
    #[pyo3(signature = (window, in_order))]
    fn batch(
        &self,
        py: Python<'_>,
        window: Option<&Bound<'_, PyAny>>,
        in_order: bool,
    ) -> PyResult<NativeBatch> {
        let window = window.map(|window| size(py, "window", window)).transpose()?;
        let batch = self.connection.batch(window, in_order).map_err(|error| raise(py, &error))?;
        Ok(NativeBatch::new(batch, self.turn()))
    }
}

/// How patient a client is, and nothing else.
pub(crate) fn limits(
    py: Python<'_>,
    timeout: Option<&Bound<'_, PyAny>>,
    call_timeout: Option<&Bound<'_, PyAny>>,
) -> PyResult<Settings> {
    Ok(Settings {
        timeout: timeout.map(|span| seconds(py, "timeout", span)).transpose()?,
        call_timeout: call_timeout.map(|span| seconds(py, "call_timeout", span)).transpose()?,
        ..Settings::default()
    })
}

/// Fetches pictures whose client is not at hand.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativePictures;

#[pymethods]
impl NativePictures {
    #[new]
    const fn build() -> Self {
        Self
    }

    /// Asks for a picture, and waits for it.
    #[expect(clippy::unused_self, reason = "the same call as that of a client")]
    fn run(&self, py: Python<'_>, ask: &Bound<'_, Ask>) -> PyResult<(Py<PyAny>, Option<String>)> {
        let ask = ask.get().0.clone();
        let known = Known::of(&ask);
        let zoomout_binding::Ask::Fetch(fetch) = ask else {
            return Err(PyTypeError::new_err("this takes a client"));
        };
        let (answer, _) = run(py, None, known, |_, on_end| fetch.apart(on_end))?;
        answer.map(|answer| (answer, None))
    }
}
