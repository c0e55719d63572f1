//! The client: what a user calls.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zoomout_core::{
    Action, Api, ApiKey, Billed, Call, Error, ErrorKind, Event, Failure, Job, MidjourneyTask, Policy,
    Submission, Task, TaskId, Upscale, Zoom,
};

use crate::builder::ClientBuilder;
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::dispatcher::{Class, EngineHandle};
use crate::picture::{self, Pictures};
use crate::transport::Transport;

/// Hears what happens.
pub(crate) type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// A client of the API. Cheap to clone; clones share their connections, their [limits](crate::Limits) and their
/// pace.
///
/// Every method blocks until it has an answer. Only [`zoom`](Self::zoom), [`submit`](Self::submit) and
/// [`upscale`](Self::upscale) cost money; each of them submits once, and again only where the first
/// attempt provably was not executed (see [`Resubmit`](zoomout_core::Resubmit)).
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
    pub(crate) api: Arc<Api>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: Policy,
    pub(crate) cancel: CancelToken,
    pub(crate) observer: Option<Observer>,
    pub(crate) engine: EngineHandle,
}

impl Client {
    /// A client with this key and the default settings.
    ///
    /// # Errors
    /// See [`ClientBuilder::build`].
    pub fn new(key: ApiKey) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// A client with settings of its own.
    pub fn builder(key: ApiKey) -> ClientBuilder {
        ClientBuilder::new(key)
    }

    /// A client with the key in `APIMART_API_KEY` and, if it is set, the address in `APIMART_BASE_URL`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the key is missing or cannot be used, or the address is none.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// The same client, stopped by `token`. A call that is stopped ends with [`ErrorKind::Cancelled`].
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self.clone() }
    }

    /// The same client, telling `observer` what happens: the accepted submission, progress, retries. It
    /// is called on the thread that waits, so it should not take long.
    #[must_use]
    pub fn observed_by(&self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Arc::new(observer)), ..self.clone() }
    }

    /// The address of the API that this client talks to.
    pub fn base_url(&self) -> &zoomout_core::BaseUrl {
        self.api.base_url()
    }

    /// Zooms out and waits for the picture. **Costs money** once accepted.
    ///
    /// # Errors
    /// Any [`ErrorKind`] but `Storage`. [`Error::billed`] says whether money was spent; with a task id
    /// in it, [`wait`](Self::wait) goes on where this stopped.
    pub fn zoom(&self, zoom: &Zoom) -> Result<Task, Error> {
        self.drive(self.job(zoom.clone()))
    }

    /// Upscales one tile of a grid and waits for the picture. **Costs money** once accepted.
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom).
    pub fn upscale(&self, upscale: &Upscale) -> Result<Task, Error> {
        self.drive(self.job(upscale.clone()))
    }

    /// Submits a zoom or an upscale and returns as soon as it is accepted. **Costs money** once
    /// accepted; [`wait`](Self::wait) fetches the result.
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom), but for those of a running task.
    pub fn submit(&self, action: impl Into<Action>) -> Result<Submission, Error> {
        self.drive_until_submitted(self.job(action))
    }

    /// Waits for a task that was submitted before. Costs nothing.
    ///
    /// # Errors
    /// As [`zoom`](Self::zoom), but for those of a submission.
    pub fn wait(&self, task_id: &TaskId) -> Result<Task, Error> {
        self.drive(Job::resume(task_id.clone(), self.policy, fastrand::u64(..), self.clock.now()))
    }

    /// Looks at a task once. Costs nothing. A task that failed is not an error here: it is a task.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`], [`ErrorKind::Transport`], [`ErrorKind::Protocol`] or
    /// [`ErrorKind::Cancelled`].
    pub fn task(&self, task_id: &TaskId) -> Result<Task, Error> {
        self.look(&Call::Task(task_id.clone()), task_id, Task::from_response)
    }

    /// Looks once at a task in Midjourney's vocabulary: the buttons under its picture. Costs nothing.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn buttons(&self, task_id: &TaskId) -> Result<MidjourneyTask, Error> {
        self.look(&Call::MidjourneyTask(task_id.clone()), task_id, MidjourneyTask::from_response)
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
        self.pictures().save_all(&task.task_id, &picture::links(task), path)
    }

    /// What fetches pictures for this client: one by one, into memory, or by links that were kept.
    pub fn pictures(&self) -> Pictures {
        Pictures {
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            cancel: self.cancel.clone(),
            observer: self.observer.clone(),
            engine: Some(self.engine.clone()),
        }
    }

    /// The same client for what its engine works on.
    pub(crate) fn inside_the_engine(&self) -> Self {
        Self { observer: None, cancel: CancelToken::new(), engine: self.engine.inside(), ..self.clone() }
    }

    pub(crate) fn tell(&self, event: &Event) {
        if let Some(observer) = &self.observer {
            observer(event);
        }
    }

    fn job(&self, action: impl Into<Action>) -> Job {
        Job::submit(action, self.policy, fastrand::u64(..), self.clock.now())
    }

    fn look<T>(
        &self,
        call: &Call,
        task_id: &TaskId,
        read: impl FnOnce(&http::Response<Vec<u8>>, &TaskId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let until = self.clock.now() + self.policy.deadline;
        let answer = match self.engine.admit(Class::Look, until, &self.cancel) {
            Some(_permit) => self.exchange(call, &self.cancel),
            None => Err(Failure::not_sent("its turn did not come")),
        };
        match answer {
            Ok(response) => read(&response, task_id),
            Err(failure) if self.cancel.is_cancelled() => {
                let error =
                    Error::new(ErrorKind::Cancelled, Billed::No, "cancelled while looking at the task");
                Err(error.about(task_id).caused_by(&failure.cause))
            }
            Err(failure) => {
                let error = Error::new(ErrorKind::Transport, Billed::No, "the server could not be asked");
                Err(error.about(task_id).caused_by(&failure.cause))
            }
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api", &self.api)
            .field("transport", &self.transport)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
