//! The client: what a user calls.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::{
    Call, Error, ErrorKind, Event, Instant, Job, Look, Machine, MidjourneyTask, Order, Outcome, Policy,
    Record, Reply, Shown, Submission, Task, TaskId, Upscale, Zoom,
};

use crate::cancel::CancelToken;
use crate::carrier::Paid;
use crate::contained::contained;
use crate::detached::Detached;
use crate::dispatcher::EngineHandle;
use crate::drive::Driver;
use crate::identity::Identity;
use crate::line::Line;
use crate::picture::Pictures;

/// A client of the API. Cheap to clone; clones share their connections, their [limits](crate::Limits) and their
/// pace, whoever asks them for whatever.
///
/// Every method blocks until it has an answer. Only [`zoom`](Self::zoom), [`submit`](Self::submit) and
/// [`upscale`](Self::upscale) cost money; each of them submits once, and again only where the first
/// attempt provably was not executed (see [`Resubmit`](zoomout_core::Resubmit)). A transport, a clock or an
/// observer that panics ends the call with an error that is true about money.
///
/// ```no_run
/// use zoomout::{Client, Speed, TaskId, Zoom, ZoomRatio};
///
/// let client = Client::from_env()?; // APIMART_API_KEY
/// let parent = TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")?;
/// let zoom = Zoom::by_ratio(parent, Some(ZoomRatio::new(1.5)?)).speed(Speed::Fast);
/// let task = client.zoom(&zoom)?;
/// client.download(&task, "wider.png")?;
/// # Ok::<(), zoomout::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) line: Arc<Line>,
    pub(crate) policy: Policy,
    pub(crate) driver: Driver,
    /// The last one ends what still runs.
    pub(crate) engine: EngineHandle,
}

impl Client {
    /// The same client, stopped by `token`. A call that is stopped ends at once, with
    /// [`ErrorKind::Cancelled`]. A submission that may have left by then is read to its
    /// end in the background, within the limits of its own: see [`settle`](Self::settle) for what became of it.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        let driver = Driver { cancel: token.clone(), ..self.driver.clone() };
        Self { driver, ..self.clone() }
    }

    /// The same client, telling `observer` what happens: the accepted submission, progress, retries. It
    /// is called on the thread that waits, so it should not take long.
    #[must_use]
    pub fn observed_by(&self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        let driver = Driver { observer: Some(Arc::new(observer)), ..self.driver.clone() };
        Self { driver, ..self.clone() }
    }

    /// The same client, whose blocking calls have only so much time from now on, all of them together. What is
    /// submitted goes on at the server.
    ///
    /// ```no_run
    /// # fn show(client: &zoomout::Client, task_id: &zoomout::TaskId) -> Result<(), zoomout::Error> {
    /// let client = client.within(std::time::Duration::from_secs(60));
    /// let task = client.wait(task_id)?;
    /// client.download(&task, "wide.png")?; // in what is left of the minute
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn within(&self, span: Duration) -> Self {
        let until = contained(|| self.line.clock.now()).map(|now| now + span);
        Self { driver: Driver { until, ..self.driver.clone() }, ..self.clone() }
    }

    /// The address of the API that this client talks to.
    pub fn base_url(&self) -> &zoomout_core::BaseUrl {
        self.line.api.base_url()
    }

    /// Zooms out and waits for the picture. **Costs money** once accepted.
    ///
    /// # Errors
    /// Any [`ErrorKind`] but `Storage`. [`Error::billed`] says whether money was spent; with a task id
    /// in it, [`wait`](Self::wait) goes on where this stopped.
    pub fn zoom(&self, zoom: &Zoom) -> Result<Task, Error> {
        self.run(zoom.clone())
    }

    /// Upscales one tile of a grid and waits for the picture. **Costs money** once accepted.
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom).
    pub fn upscale(&self, upscale: &Upscale) -> Result<Task, Error> {
        self.run(upscale.clone())
    }

    /// Submits any action and waits for its pictures. **Costs money** once accepted, but under a key once only:
    ///
    /// ```no_run
    /// use zoomout::{Client, Key, Order, TaskId, Zoom};
    ///
    /// let client = Client::from_env()?;
    /// let zoom = Zoom::by_ratio(TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")?, None);
    /// let order = Order::from(zoom).under(Key::new("album/17")?);
    /// let task = client.run(order.clone())?;
    /// assert_eq!(client.run(order)?.task_id, task.task_id); // not paid for again
    /// # Ok::<(), zoomout::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom). Where the order has a key, [`ErrorKind::Invalid`] if it
    /// stands for another request, and [`ErrorKind::Unconfirmed`] if nobody knows
    /// what became of an earlier submission under it; see [`resolve`](Self::resolve).
    pub fn run(&self, order: impl Into<Order>) -> Result<Task, Error> {
        let identity = Identity::draw()?;
        let ended = self.drive(|policy, now| Job::submit(order, identity.ticket, policy, identity.seed, now));
        self.hand_out(ended)
    }

    /// Submits any action and returns as soon as it is accepted. **Costs money** once accepted; [`wait`](Self::wait)
    /// fetches the result, and until then it is among the [`unfinished`](Self::unfinished).
    ///
    /// # Errors
    /// As [`run`](Self::run), but for those of a running task.
    pub fn submit(&self, order: impl Into<Order>) -> Result<Submission, Error> {
        let identity = Identity::draw()?;
        self.drive(|policy, now| Job::submit_only(order, identity.ticket, policy, identity.seed, now))
    }

    /// Waits for a task that was submitted before. Costs nothing.
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom), but for those of a submission.
    pub fn wait(&self, task_id: &TaskId) -> Result<Task, Error> {
        let ended = self.wait_unacknowledged(task_id);
        self.hand_out(ended)
    }

    /// As [`wait`](Self::wait), for those who hand the end on themselves.
    pub(crate) fn wait_unacknowledged(&self, task_id: &TaskId) -> Result<Task, Error> {
        let seed = Identity::draw()?.seed;
        self.drive(|policy, now| Job::resume(task_id.clone(), policy, seed, now))
    }

    /// Looks at a task once. Costs nothing. A task that failed is not an error here: it is a task.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`], [`ErrorKind::Transport`], [`ErrorKind::Protocol`] or
    /// [`ErrorKind::Cancelled`].
    pub fn task(&self, task_id: &TaskId) -> Result<Task, Error> {
        let task: Task = self.look(task_id)?;
        if let Some(outcome) = Outcome::of(&task) {
            self.line.keep(&Record::Ended(outcome));
            self.acknowledge(&task.task_id);
        }
        Ok(task)
    }

    /// Looks once at a task in Midjourney's vocabulary: the buttons under its picture. Costs nothing.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn buttons(&self, task_id: &TaskId) -> Result<MidjourneyTask, Error> {
        self.look(task_id)
    }

    /// Downloads every picture of a finished task, and answers where each one is. Costs nothing.
    ///
    /// A `path` that is a folder, or ends with a slash, receives `<task_id>.png`; any other path is the
    /// file itself. Of several pictures each gets a number: `wide-1.png`, `wide-2.png`. A file appears
    /// under its name only when it is whole; one that was there before is replaced.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if a file cannot be written, [`ErrorKind::Transport`],
    /// [`ErrorKind::Refused`] or [`ErrorKind::Protocol`] if a picture cannot be fetched,
    /// [`ErrorKind::Cancelled`]. Each names the task.
    pub fn download(&self, task: &Task, path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
        let files = self.pictures().save_all(&task.task_id, &task.links(), path)?;
        self.line.collected(&task.task_id, &files);
        Ok(files)
    }

    /// Waits for the submissions whose callers were stopped while they were on their way, but not longer than
    /// `patience`, and hands out what became of each: once, in the order in which that was known.
    ///
    /// They are read to their end whether or not somebody asks, dropping the client included; but not after the
    /// end of the process. Whoever is about to leave, asks here first.
    ///
    /// ```no_run
    /// # fn leave(client: &zoomout::Client) {
    /// for late in client.settle(std::time::Duration::from_secs(5)) {
    ///     println!("{:?}", late.result.map(|submission| submission.task_id));
    /// }
    /// # }
    /// ```
    pub fn settle(&self, patience: Duration) -> Vec<Detached> {
        self.line.submissions.settle(patience)
    }

    /// What fetches pictures for this client: one by one, into memory, or by links that were kept.
    pub fn pictures(&self) -> Pictures {
        Pictures {
            transport: Arc::clone(&self.line.transport),
            policy: self.policy,
            driver: self.driver.clone(),
        }
    }

    fn look<T: Shown>(&self, task_id: &TaskId) -> Result<T, Error> {
        self.drive(|policy, now| Look::at(task_id.clone(), policy, now))
    }

    fn drive<M: Machine<Call = Call, Reply = Reply>>(
        &self,
        begin: impl FnOnce(Policy, Instant) -> M,
    ) -> Result<M::Output, Error> {
        self.driver.drive(self.policy, begin, Paid::over(&self.line))
    }

    /// Whoever asked is handed how a task ended.
    fn hand_out(&self, ended: Result<Task, Error>) -> Result<Task, Error> {
        if let Some(task_id) = end_of(&ended) {
            self.acknowledge(task_id);
        }
        ended
    }
}

/// The task whose end this is, if it is one: an error that the task outlives is none.
pub(crate) fn end_of(ended: &Result<Task, Error>) -> Option<&TaskId> {
    match ended {
        Ok(task) => Some(&task.task_id),
        Err(error) if error.kind() == ErrorKind::TaskFailed => error.task_id(),
        Err(_) => None,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("line", &self.line)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
