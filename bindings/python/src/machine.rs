//! The state machine of a job, for the shared cases.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use zoomout::{Action, Policy};
use zoomout_binding::{Machine, Reply, Settings};

use crate::ask::named;
use crate::error::raise;
use crate::request::{UpscaleRequest, ZoomRequest};

/// A job without a clock, a socket or a thread.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeMachine(Mutex<Machine>);

impl NativeMachine {
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(py: Python<'_>, action: Action, policy: Patience, seed: u64) -> PyResult<Self> {
        Ok(Self(Mutex::new(Machine::submit(action, policy.policy(py)?, seed))))
    }
}

/// How patient and how bold a job is: seconds, and `never`, `safe` or `eager`.
#[derive(FromPyObject)]
pub(crate) struct Patience(Option<f64>, Option<String>);

impl Patience {
    fn policy(self, py: Python<'_>) -> PyResult<Policy> {
        let settings = Settings { timeout: self.0, resubmit: self.1, ..Settings::default() };
        settings.policy().map_err(|error| raise(py, &error))
    }
}

/// Status, headers and body.
#[derive(FromPyObject)]
pub(crate) struct PlainReply(u16, Vec<(String, String)>, Vec<u8>);

impl From<PlainReply> for Reply {
    fn from(PlainReply(status, headers, body): PlainReply) -> Self {
        Self { status, headers, body }
    }
}

#[pymethods]
impl NativeMachine {
    #[staticmethod]
    fn zoom(py: Python<'_>, request: &Bound<'_, ZoomRequest>, policy: Patience, seed: u64) -> PyResult<Self> {
        Self::submit(py, request.get().zoom.clone().into(), policy, seed)
    }

    #[staticmethod]
    fn upscale(
        py: Python<'_>,
        request: &Bound<'_, UpscaleRequest>,
        policy: Patience,
        seed: u64,
    ) -> PyResult<Self> {
        Self::submit(py, request.get().upscale.clone().into(), policy, seed)
    }

    #[staticmethod]
    fn wait(py: Python<'_>, task_id: String, policy: Patience, seed: u64) -> PyResult<Self> {
        let task_id = named(py, task_id)?;
        Ok(Self(Mutex::new(Machine::wait(task_id, policy.policy(py)?, seed))))
    }

    /// What to do next, as JSON; moments are milliseconds.
    fn poll(&self, now: u64) -> String {
        self.machine().poll(now)
    }

    fn on_response(&self, py: Python<'_>, now: u64, reply: PlainReply) -> PyResult<()> {
        self.machine().on_response(now, reply.into()).map_err(|error| raise(py, &error))
    }

    fn on_failure(&self, now: u64, not_sent: bool, cause: &str) {
        self.machine().on_failure(now, not_sent, cause);
    }

    fn cancel(&self) {
        self.machine().cancel();
    }
}

/// The task that an answer shows, as JSON.
#[pyfunction]
pub(crate) fn read_task(py: Python<'_>, task_id: String, reply: PlainReply) -> PyResult<String> {
    zoomout_binding::read_task(&named(py, task_id)?, reply.into()).map_err(|error| raise(py, &error))
}

/// The task with its buttons that an answer shows, as JSON.
#[pyfunction]
pub(crate) fn read_buttons(py: Python<'_>, task_id: String, reply: PlainReply) -> PyResult<String> {
    zoomout_binding::read_buttons(&named(py, task_id)?, reply.into()).map_err(|error| raise(py, &error))
}
