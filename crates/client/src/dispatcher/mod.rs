//! Many jobs at once: one timer queue, and threads made on demand that leave when there is nothing to do.

mod batch;
mod errand;
mod lateness;
mod limits;
mod many;
mod once;
mod pace;
mod scheduler;
#[cfg(test)]
mod virtual_time;
mod workers;

use std::sync::{Arc, Weak};
use std::time::Duration;

use zoomout_core::{Action, Error, Event, Submission, Task, TaskId};

use crate::cancel::{CancelToken, OnCancel};
use crate::client::Client;
use errand::Errand;
use once::Once;
use scheduler::Class;
use workers::{Chore, Shared};

pub use batch::{Batch, Finished, NotYet};
pub use errand::Work;
pub use lateness::Lateness;
pub use limits::Limits;
pub use many::ZoomMany;

/// Drives many zooms at once: a waiting one costs about a kilobyte, and no thread.
///
/// Requests are made by threads that come on demand and leave when idle, never more than
/// [`Limits::requests`] of them. Callbacks run on these threads, never under a lock: they may spawn and
/// cancel, and should not take long. Events of one job come in order. A callback that panics ends its own
/// job and nothing else.
///
/// Dropping the dispatcher cancels what still runs, and does not wait: every `on_end` is called with an
/// error that names the task. The tasks themselves go on at the server.
///
/// ```no_run
/// use std::time::Duration;
/// use zoomout::{Client, Dispatcher, Limits, TaskId, Zoom};
///
/// let dispatcher = Dispatcher::new(&Client::from_env()?, Limits::default())?;
/// for id in ["task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", "task_01KQW0D3WJ2QYJP9E3H7GZ4D2S"] {
///     let zoom = Zoom::by_ratio(TaskId::new(id)?, None);
///     dispatcher.spawn(zoom, |_event| {}, move |result| println!("{id}: {result:?}"));
/// }
/// for unfinished in dispatcher.drain(Duration::from_secs(600)) {
///     println!("still running: {:?}", unfinished.task_id);
/// }
/// # Ok::<(), zoomout::Error>(())
/// ```
#[derive(Debug)]
pub struct Dispatcher {
    shared: Arc<Shared>,
}

/// A job of a [`Dispatcher`]. Dropping the handle changes nothing.
#[derive(Clone, Debug)]
pub struct JobHandle {
    id: u64,
    shared: Weak<Shared>,
}

/// A job that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The number of the job; see [`JobHandle::id`].
    pub id: u64,
    /// Its task, if it has one: it is paid for and goes on, and can be waited for. Without one, nothing was
    /// accepted so far as is known.
    pub task_id: Option<TaskId>,
}

impl Dispatcher {
    /// A dispatcher with the key, the transport, the clock and the policy of this client. Its observer and
    /// its cancel token have no part in it.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`](crate::ErrorKind::Transport) if no thread can be made.
    pub fn new(client: &Client, limits: Limits) -> Result<Self, Error> {
        Ok(Self { shared: Shared::start(Client { observer: None, ..client.clone() }, limits)? })
    }

    /// Takes on a job. Submitting **costs money** once accepted; waiting for a [`TaskId`] is free.
    ///
    /// The deadline of the client's policy begins with the job's first turn, so that time in the queue
    /// does not count.
    pub fn spawn(
        &self,
        work: impl Into<Work>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> JobHandle {
        self.add(Chore::Errand(Box::new(Errand::new(work.into(), on_event, on_end))))
    }

    /// Submits, and leaves the task alone once it is accepted. **Costs money** once accepted.
    ///
    /// It keeps to the limits as every submission does, and holds a thread until it has ended.
    pub fn submit(
        &self,
        action: impl Into<Action>,
        on_end: impl FnOnce(Result<Submission, Error>) + Send + 'static,
    ) -> JobHandle {
        let action = action.into();
        self.add(Chore::Once(Once::new(Class::Submission, |client| client.submit(action), on_end)))
    }

    /// Makes a call of the client that costs no money, such as [`Client::task`] or [`Client::download`], on
    /// one of the dispatcher's threads; it holds that thread until it has ended.
    ///
    /// `call` gets a client that is stopped by the handle.
    ///
    /// ```no_run
    /// # fn show(dispatcher: &zoomout::Dispatcher, task_id: zoomout::TaskId) {
    /// dispatcher.call(move |client| client.task(&task_id), |task| println!("{task:?}"));
    /// # }
    /// ```
    pub fn call<T>(
        &self,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> JobHandle {
        self.add(Chore::Once(Once::new(Class::Look, call, on_end)))
    }

    fn add(&self, chore: Chore) -> JobHandle {
        JobHandle { id: self.shared.add(chore), shared: Arc::downgrade(&self.shared) }
    }

    /// How many jobs have not ended.
    pub fn len(&self) -> usize {
        self.shared.unfinished().len()
    }

    /// Whether every job has ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stops every job, and lists those that had not ended with their tasks. Returns at once; each `on_end`
    /// hears [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel_all(&self) -> Vec<Unfinished> {
        self.shared.cancel_all()
    }

    /// Waits until every job has ended and its `on_end` has returned, or so long; lists those that have not
    /// ended. They go on.
    pub fn drain(&self, patience: Duration) -> Vec<Unfinished> {
        self.shared.drain(patience)
    }

    /// How late the looks were so far.
    pub fn lateness(&self) -> Lateness {
        self.shared.lateness()
    }

    /// How many threads make requests or stand by.
    pub fn threads(&self) -> usize {
        self.shared.threads()
    }

    /// Stops every job when `token` is cancelled, for as long as the guard lives.
    fn stopped_by<'a>(&self, token: &'a CancelToken) -> OnCancel<'a> {
        let shared = Arc::downgrade(&self.shared);
        token.on_cancel(move || {
            if let Some(shared) = shared.upgrade() {
                drop(shared.cancel_all());
            }
        })
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.shared.end();
    }
}

impl JobHandle {
    /// The number of the job, unique in its dispatcher; they are given in order.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Stops waiting. Its `on_end` hears [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), unless the
    /// job has ended already.
    pub fn cancel(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.cancel(self.id);
        }
    }
}
