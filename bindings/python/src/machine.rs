//! The state machine of a job, for the shared cases.

use pyo3::prelude::*;
use zoomout::{Api, ApiKey, Policy};
use zoomout_binding::{Machine, Reply, Settings};

use crate::error::raise;
use crate::given;
use crate::request::{UpscaleRequest, ZoomRequest};

/// A job without a clock, a socket or a thread.
#[pyclass(module = "zoomout._native")]
pub(crate) struct NativeMachine(Machine);

/// The account whose calls are made: its key, and the address of its API.
#[derive(FromPyObject)]
pub(crate) struct Account(String, Option<String>);

impl Account {
    fn api(self, py: Python<'_>) -> PyResult<Api> {
        let Self(key, base) = self;
        let api = ApiKey::new(key).map(Api::new).and_then(|api| match base {
            Some(base) => Ok(api.base(base.parse()?)),
            None => Ok(api),
        });
        api.map_err(|error| raise(py, &error.into()))
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

/// Method, address, headers and body.
type PlainRequest = (String, String, Vec<(String, String)>, Vec<u8>);

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
    fn zoom(
        py: Python<'_>,
        account: Account,
        request: &Bound<'_, ZoomRequest>,
        policy: Patience,
        seed: u64,
    ) -> PyResult<Self> {
        let order = request.get().order.clone();
        Ok(Self(Machine::submit(account.api(py)?, order, policy.policy(py)?, seed)))
    }

    #[staticmethod]
    fn upscale(
        py: Python<'_>,
        account: Account,
        request: &Bound<'_, UpscaleRequest>,
        policy: Patience,
        seed: u64,
    ) -> PyResult<Self> {
        let order = request.get().order.clone();
        Ok(Self(Machine::submit(account.api(py)?, order, policy.policy(py)?, seed)))
    }

    #[staticmethod]
    fn wait(
        py: Python<'_>,
        account: Account,
        task_id: &Bound<'_, PyAny>,
        policy: Patience,
        seed: u64,
    ) -> PyResult<Self> {
        let task_id = given::task_id(py, task_id)?;
        Ok(Self(Machine::wait(account.api(py)?, task_id, policy.policy(py)?, seed)))
    }

    /// The request that makes the call that was last handed out: method, address, headers, body. It holds
    /// the key.
    fn request(&self) -> Option<PlainRequest> {
        let request = self.0.request()?;
        let headers = request.headers().iter();
        Some((
            request.method().as_str().to_owned(),
            request.uri().to_string(),
            headers
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
                .collect(),
            request.body().clone(),
        ))
    }

    /// What to do next, as JSON; moments are milliseconds.
    fn poll(&mut self, now: u64) -> String {
        self.0.poll(now)
    }

    fn on_response(&mut self, py: Python<'_>, now: u64, reply: PlainReply) -> PyResult<()> {
        self.0.on_response(now, reply.into()).map_err(|error| raise(py, &error))
    }

    fn on_failure(&mut self, now: u64, not_sent: bool, cause: &str) {
        self.0.on_failure(now, not_sent, cause);
    }

    /// What a ledger answers to a claim, as JSON in the words of the shared cases; it grants it without one.
    fn on_claim(&mut self, py: Python<'_>, now: u64, answer: Option<&str>) -> PyResult<()> {
        self.0.on_claim(now, answer).map_err(|error| raise(py, &error))
    }

    /// What it answers to a record, likewise.
    fn on_record(&mut self, py: Python<'_>, now: u64, answer: Option<&str>) -> PyResult<()> {
        self.0.on_record(now, answer).map_err(|error| raise(py, &error))
    }

    fn cancel(&mut self) {
        self.0.cancel();
    }
}

/// The task that an answer shows, as JSON.
#[pyfunction]
pub(crate) fn read_task(
    py: Python<'_>,
    account: Account,
    task_id: &Bound<'_, PyAny>,
    reply: PlainReply,
) -> PyResult<String> {
    zoomout_binding::read_task(&account.api(py)?, given::task_id(py, task_id)?, reply.into())
        .map_err(|error| raise(py, &error))
}

/// The task with its buttons that an answer shows, as JSON.
#[pyfunction]
pub(crate) fn read_buttons(
    py: Python<'_>,
    account: Account,
    task_id: &Bound<'_, PyAny>,
    reply: PlainReply,
) -> PyResult<String> {
    zoomout_binding::read_buttons(&account.api(py)?, given::task_id(py, task_id)?, reply.into())
        .map_err(|error| raise(py, &error))
}
