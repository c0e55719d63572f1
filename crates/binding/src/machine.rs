//! The state machine of a job for other languages: how their tests run the shared cases.

use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde::Serialize;
use zoomout::{
    Api, Error, Failure, IdempotencyKey, Instant, Job, Look, Machine as _, MidjourneyTask, Order, Policy,
    Shown, Step, Task, TaskId,
};

use crate::json;
use crate::ledger_words::{to_claim, to_record};

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

/// A [`Job`], with moments in milliseconds and steps as JSON, and the account whose calls it makes.
#[derive(Debug)]
pub struct Machine {
    job: Job,
    api: Api,
    /// The call that is out, as what is sent.
    request: Option<Request<Vec<u8>>>,
}

impl Machine {
    /// A job that submits. The seed also names the submission: it must not be used twice for one account.
    pub fn submit(api: Api, order: Order, policy: Policy, seed: u64) -> Self {
        let ticket = IdempotencyKey::from_bits(seed.into());
        Self::new(api, Job::submit(order, ticket, policy, seed, Instant::ZERO))
    }

    /// A job that waits for a task.
    pub fn wait(api: Api, task_id: TaskId, policy: Policy, seed: u64) -> Self {
        Self::new(api, Job::resume(task_id, policy, seed, Instant::ZERO))
    }

    fn new(api: Api, job: Job) -> Self {
        Self { job, api, request: None }
    }

    /// What to do next, as JSON; see [`Step`].
    pub fn poll(&mut self, now: u64) -> String {
        let step = self.job.poll(Instant::from_millis(now));
        if let Step::Send { call, .. } = &step {
            self.request = Some(self.api.request(call));
        }
        json(&step)
    }

    /// The request that makes the call that was last handed out. It holds the key.
    pub const fn request(&self) -> Option<&Request<Vec<u8>>> {
        self.request.as_ref()
    }

    /// Reports the answer to the call that is out.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid) if it is no HTTP answer.
    pub fn on_response(&mut self, now: u64, reply: Reply) -> Result<(), Error> {
        let answer = self.api.answer(&reply.response()?);
        self.job.on(Instant::from_millis(now), answer.into());
        Ok(())
    }

    /// Reports that the call that is out failed: before a byte of it left, or nobody knows when.
    pub fn on_failure(&mut self, now: u64, not_sent: bool, cause: &str) {
        let failure = if not_sent { Failure::not_sent(cause) } else { Failure::unknown(cause) };
        self.job.on(Instant::from_millis(now), failure.into());
    }

    /// Reports what a ledger answers to the claim that was last handed out, in the words of the shared cases; it
    /// grants the claim if it is told nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid) if that is no answer to a claim.
    pub fn on_claim(&mut self, now: u64, answer: Option<&str>) -> Result<(), Error> {
        self.job.claimed(Instant::from_millis(now), to_claim(answer)?);
        Ok(())
    }

    /// Reports whether a ledger has written the last record, in the same words; it has if it is told nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid) if that is no answer to a record.
    pub fn on_record(&mut self, now: u64, answer: Option<&str>) -> Result<(), Error> {
        self.job.recorded(Instant::from_millis(now), to_record(answer)?);
        Ok(())
    }

    /// Stops it.
    pub fn cancel(&mut self) {
        self.job.cancel();
    }
}

/// The task that an answer to [`Call::Task`](zoomout::Call::Task) shows, as JSON.
///
/// # Errors
/// Those of [`Look`].
pub fn read_task(api: &Api, task_id: TaskId, reply: Reply) -> Result<String, Error> {
    look::<Task>(api, task_id, reply)
}

/// The task that an answer to [`Call::MidjourneyTask`](zoomout::Call::MidjourneyTask) shows, as JSON.
///
/// # Errors
/// Those of [`Look`].
pub fn read_buttons(api: &Api, task_id: TaskId, reply: Reply) -> Result<String, Error> {
    look::<MidjourneyTask>(api, task_id, reply)
}

fn look<T: Shown + Serialize>(api: &Api, task_id: TaskId, reply: Reply) -> Result<String, Error> {
    let mut look = Look::<T>::at(task_id, Policy::default(), Instant::ZERO);
    let answer = api.answer(&reply.response()?);
    loop {
        match look.poll(Instant::ZERO) {
            Step::Send { .. } => look.on(Instant::ZERO, answer.clone().into()),
            Step::Done(shown) => return shown.map(|task| json(&task)),
            // A look is one call and nothing else.
            Step::Claim(_) | Step::Record(_) | Step::AwaitReply | Step::Report(_) | Step::Wait(_) => {}
        }
    }
}
