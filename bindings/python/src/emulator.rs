//! The emulator, so that Python users test their own programs offline.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use zoomout::ApiKey;
use zoomout_binding::{OwnProcess, Settings};
use zoomout_emulator::{Options, Script, Seed, Server};

use crate::client::{NativeClient, limits};
use crate::error::raise;
use crate::given::{self, span};
use crate::leaving::detached;

/// What `zoomout.testing.Emulator` stands on.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeEmulator {
    url: String,
    key: &'static str,
    time_scale: f64,
    server: OwnProcess<Mutex<Option<Server>>>,
}

#[pymethods]
impl NativeEmulator {
    #[new]
    #[pyo3(signature = (port, time_scale, picture_side))]
    fn start(port: u16, time_scale: f64, picture_side: u32) -> PyResult<Self> {
        let server = Server::start(Options { port, time_scale, picture_side, ..Options::default() })?;
        let (url, key) = (server.url().to_owned(), server.key());
        Ok(Self { url, key, time_scale, server: OwnProcess::new(Mutex::new(Some(server))) })
    }

    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    #[getter]
    fn key(&self) -> &'static str {
        self.key
    }

    /// The ids of the tasks that are there from the start: upscaled, grid, running, failed, foreign, expired.
    #[staticmethod]
    fn seeds() -> Vec<&'static str> {
        Seed::ALL.map(|seed| seed.task_id).to_vec()
    }

    /// A client of this emulator, at its pace.
    #[pyo3(signature = (timeout=None, call_timeout=None, ledger=None))]
    fn client(
        &self,
        py: Python<'_>,
        timeout: Option<&Bound<'_, PyAny>>,
        call_timeout: Option<&Bound<'_, PyAny>>,
        ledger: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<NativeClient> {
        let settings = Settings {
            api_key: Some(ApiKey::new(self.key).map_err(|error| raise(py, &error.into()))?),
            base_url: Some(self.url.clone()),
            ledger: ledger.map(|path| given::ledger(py, path)).transpose()?,
            pace: Some(self.time_scale),
            ..limits(py, timeout, call_timeout)?
        };
        NativeClient::new(py, settings)
    }

    /// The bill as JSON.
    fn bill(&self) -> PyResult<String> {
        self.with(|server| serde_json::to_string(&server.bill()).unwrap_or_default())
    }

    /// The requests that arrived, as JSON.
    fn requests(&self) -> PyResult<String> {
        self.with(|server| serde_json::to_string(&server.requests()).unwrap_or_default())
    }

    /// Replaces the faults to come by those of a script in JSON.
    fn inject(&self, script: &str) -> PyResult<()> {
        let script = Script::from_json(script.as_bytes()).map_err(PyValueError::new_err)?;
        self.with(|server| server.inject(script))
    }

    fn advance(&self, py: Python<'_>, by: &Bound<'_, PyAny>) -> PyResult<()> {
        let by = span(py, "span", by)?;
        self.with(|server| server.advance(by))
    }

    fn reset(&self) -> PyResult<()> {
        self.with(Server::reset)
    }

    /// Refuses connections until they are let in again.
    fn refuse_connections(&self, py: Python<'_>, refuse: bool) -> PyResult<()> {
        detached(py, || self.with(|server| if refuse { server.shut() } else { server.open() }))
    }

    /// Ends it. In a forked process there is nothing to end.
    fn close(&self, py: Python<'_>) {
        detached(py, || {
            if let Some(server) = self.server.get() {
                drop(server.lock().unwrap_or_else(PoisonError::into_inner).take());
            }
        });
    }
}

impl NativeEmulator {
    fn with<T>(&self, act: impl FnOnce(&Server) -> T) -> PyResult<T> {
        let server = self.server.get();
        let server = server.ok_or_else(|| PyRuntimeError::new_err("the emulator is another process's"))?;
        let server = server.lock().unwrap_or_else(PoisonError::into_inner);
        server.as_ref().map(act).ok_or_else(|| PyRuntimeError::new_err("the emulator is closed"))
    }
}
