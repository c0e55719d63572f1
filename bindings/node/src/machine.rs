//! The state machine of a job, for the shared cases.

use napi::Result;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use zoomout::{Api, ApiKey, Order, Policy};
use zoomout_binding::{Machine, Reply, Settings};

use crate::ask::named;
use crate::failure::thrown;
use crate::loose::Loose;
use crate::request::{NativeFields, NativeZoom};

/// How patient and how bold a job is.
#[napi(object, object_to_js = false)]
pub struct NativePolicy {
    /// How long to wait in all, in seconds.
    pub deadline: Option<f64>,
    /// `never`, `safe` or `eager`.
    pub resubmit: Option<String>,
}

impl NativePolicy {
    fn policy(self) -> Result<Policy> {
        let settings = Settings { timeout: self.deadline, resubmit: self.resubmit, ..Settings::default() };
        settings.policy().map_err(|error| thrown(&error))
    }
}

/// An answer of a server.
#[napi(object, object_to_js = false)]
pub struct NativeReply {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<Vec<String>>,
    /// The body.
    pub body: Buffer,
}

impl From<NativeReply> for Reply {
    fn from(reply: NativeReply) -> Self {
        let pair = |pair: Vec<String>| <[String; 2]>::try_from(pair).ok().map(Into::into);
        Self {
            status: reply.status,
            headers: reply.headers.into_iter().filter_map(pair).collect(),
            body: reply.body.to_vec(),
        }
    }
}

/// A job without a clock, a socket or a thread.
#[napi]
pub struct NativeMachine(Machine);

#[napi]
impl NativeMachine {
    /// A job that zooms.
    #[napi(factory, catch_unwind)]
    pub fn zoom(key: String, zoom: &NativeZoom, policy: NativePolicy, seed: u32) -> Result<Self> {
        Self::submit(key, zoom.order.clone(), policy, seed)
    }

    /// A job that upscales.
    #[napi(factory, catch_unwind)]
    pub fn upscale(key: String, fields: NativeFields<'_>, policy: NativePolicy, seed: u32) -> Result<Self> {
        Self::submit(key, fields.order("upscale")?, policy, seed)
    }

    /// A job that waits for a task.
    #[napi(factory, catch_unwind)]
    pub fn wait(key: String, task_id: Option<Loose<'_>>, policy: NativePolicy, seed: u32) -> Result<Self> {
        Ok(Self(Machine::wait(account(key)?, named(task_id)?, policy.policy()?, seed.into())))
    }

    /// What to do next, as JSON; moments are milliseconds.
    #[napi(catch_unwind)]
    pub fn poll(&mut self, now: u32) -> String {
        self.0.poll(now.into())
    }

    /// Reports an answer.
    #[napi(catch_unwind)]
    pub fn on_response(&mut self, now: u32, reply: NativeReply) -> Result<()> {
        self.0.on_response(now.into(), reply.into()).map_err(|error| thrown(&error))
    }

    /// Reports a failure.
    #[napi(catch_unwind)]
    pub fn on_failure(&mut self, now: u32, not_sent: bool, cause: String) {
        self.0.on_failure(now.into(), not_sent, &cause);
    }

    /// What a ledger answers to a claim, as JSON in the words of the shared cases; it grants it without one.
    #[napi(catch_unwind)]
    pub fn on_claim(&mut self, now: u32, answer: Option<String>) -> Result<()> {
        self.0.on_claim(now.into(), answer.as_deref()).map_err(|error| thrown(&error))
    }

    /// What it answers to a record, likewise.
    #[napi(catch_unwind)]
    pub fn on_record(&mut self, now: u32, answer: Option<String>) -> Result<()> {
        self.0.on_record(now.into(), answer.as_deref()).map_err(|error| thrown(&error))
    }

    /// Stops it.
    #[napi(catch_unwind)]
    pub fn cancel(&mut self) {
        self.0.cancel();
    }

    fn submit(key: String, order: Order, policy: NativePolicy, seed: u32) -> Result<Self> {
        Ok(Self(Machine::submit(account(key)?, order, policy.policy()?, seed.into())))
    }
}

/// The account whose calls are made.
fn account(key: String) -> Result<Api> {
    ApiKey::new(key).map(Api::new).map_err(|error| thrown(&error.into()))
}

/// The task that an answer shows, as JSON.
#[napi(catch_unwind)]
pub fn read_task(key: String, task_id: Option<Loose<'_>>, reply: NativeReply) -> Result<String> {
    zoomout_binding::read_task(&account(key)?, named(task_id)?, reply.into()).map_err(|error| thrown(&error))
}

/// The task with its buttons that an answer shows, as JSON.
#[napi(catch_unwind)]
pub fn read_buttons(key: String, task_id: Option<Loose<'_>>, reply: NativeReply) -> Result<String> {
    zoomout_binding::read_buttons(&account(key)?, named(task_id)?, reply.into())
        .map_err(|error| thrown(&error))
}
