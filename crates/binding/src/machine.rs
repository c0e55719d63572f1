//! The state machine of a job for other languages: how their tests run the shared cases.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use zoomout::{Action, Error, Failure, Instant, Job, MidjourneyTask, Policy, Task, TaskId};

use crate::json;

/// An answer of a server, loosely typed.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    fn response(self) -> Result<Response<Vec<u8>>, Error> {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status)
            .map_err(|_| Error::invalid("status", format_args!("is none: {}", self.status)))?;
        for (name, value) in self.headers {
            let problem = || Error::invalid("headers", format_args!("cannot hold {name:?}"));
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| problem())?;
            response.headers_mut().append(header, HeaderValue::from_str(&value).map_err(|_| problem())?);
        }
        Ok(response)
    }
}

/// A [`Job`], with moments in milliseconds and steps as JSON.
#[derive(Debug)]
pub struct Machine(Job);

impl Machine {
    /// A job that submits.
    pub fn submit(action: Action, policy: Policy, seed: u64) -> Self {
        Self(Job::submit(action, policy, seed, Instant::ZERO))
    }

    /// A job that waits for a task.
    pub fn wait(task_id: TaskId, policy: Policy, seed: u64) -> Self {
        Self(Job::resume(task_id, policy, seed, Instant::ZERO))
    }

    /// What to do next, as JSON; see [`Step`](zoomout::Step).
    pub fn poll(&mut self, now: u64) -> String {
        json(&self.0.poll(Instant::from_millis(now)))
    }

    /// Reports the answer to the call that is out.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid) if it is no HTTP answer.
    pub fn on_response(&mut self, now: u64, reply: Reply) -> Result<(), Error> {
        self.0.on_response(Instant::from_millis(now), &reply.response()?);
        Ok(())
    }

    /// Reports that the call that is out failed: before a byte of it left, or nobody knows when.
    pub fn on_failure(&mut self, now: u64, not_sent: bool, cause: &str) {
        let failure = if not_sent { Failure::not_sent(cause) } else { Failure::unknown(cause) };
        self.0.on_failure(Instant::from_millis(now), &failure);
    }

    /// Stops it.
    pub fn cancel(&mut self) {
        self.0.cancel();
    }
}

/// The task that an answer to [`Call::Task`](zoomout::Call::Task) shows, as JSON.
///
/// # Errors
/// Those of [`Task::from_response`].
pub fn read_task(task_id: &TaskId, reply: Reply) -> Result<String, Error> {
    Task::from_response(&reply.response()?, task_id).map(|task| json(&task))
}

/// The task that an answer to [`Call::MidjourneyTask`](zoomout::Call::MidjourneyTask) shows, as JSON.
///
/// # Errors
/// Those of [`MidjourneyTask::from_response`].
pub fn read_buttons(task_id: &TaskId, reply: Reply) -> Result<String, Error> {
    MidjourneyTask::from_response(&reply.response()?, task_id).map(|task| json(&task))
}
