//! Many jobs at once: one timer queue, and threads made on demand that leave when there is nothing to do.

mod batch;
mod chore;
mod engine;
#[cfg(all(test, not(shuttle)))]
mod engine_tests;
mod errand;
#[cfg(test)]
mod fakes;
mod gate;
#[cfg(all(test, not(shuttle)))]
mod gate_tests;
mod group;
mod handle;
mod lateness;
mod limits;
mod many;
#[cfg(test)]
#[cfg(shuttle)]
mod model;
mod once;
mod pace;
mod permit;
mod scheduler;
#[cfg(test)]
mod virtual_time;
mod visit;
mod work;
mod workers;

use std::sync::{Arc, Weak};
use std::time::Duration;

use zoomout_core::{Action, Error, Event, Submission, Task, TaskId};

use crate::cancel::{CancelToken, OnCancel};
use crate::client::Client;
use errand::{Errand, OnEnd, Outside};
use group::Group;
use once::Once;

pub use batch::{Batch, Finished, NotYet};
pub(crate) use chore::{Class, Reception};
pub(crate) use handle::EngineHandle;
pub use lateness::Lateness;
pub use limits::Limits;
pub use many::ZoomMany;
pub(crate) use permit::Permit;
pub use work::Work;

/// Drives many zooms at once: a waiting one costs about a kilobyte, and no thread.
///
/// It is a group of jobs on the threads of its client, which has one set of [`Limits`] for all that is asked of
/// it: other dispatchers of the same client share threads, room and pace with this one. The threads come on
/// demand and leave when idle. Callbacks run on them, never under a lock: they may spawn and cancel, and should
/// not take long. Events of one job come in order. Whatever panics, a callback, a transport or a clock, ends
/// its own job and nothing else.
///
/// Dropping the dispatcher cancels what still runs, and does not wait: every `on_end` is called with an
/// error that names the task. The tasks themselves go on at the server.
///
/// ```no_run
/// use std::time::Duration;
/// use zoomout::{Client, Dispatcher, TaskId, Zoom};
///
/// let dispatcher = Dispatcher::new(&Client::from_env()?);
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
    /// For the jobs: without a hold on the engine, which they are part of.
    client: Client,
    group: Arc<Group>,
    _engine: EngineHandle,
}

/// A job of a [`Dispatcher`]. Dropping the handle changes nothing.
#[derive(Clone, Debug)]
pub struct JobHandle {
    id: u64,
    group: Weak<Group>,
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
    /// A dispatcher with the key, the transport, the clock, the policy and the limits of this client. Its
    /// observer and its cancel token have no part in it.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.inside_the_engine(),
            group: Group::new(client.engine.engine()),
            _engine: client.engine.clone(),
        }
    }

    /// Takes on a job. Submitting **costs money** once accepted; waiting for a [`TaskId`] is free.
    ///
    /// The deadline of the client's policy begins with the job's first turn, so that time in the queue
    /// does not count. Where no thread can be made, `on_end` hears
    /// [`ErrorKind::Transport`](crate::ErrorKind::Transport) before this returns.
    pub fn spawn(
        &self,
        work: impl Into<Work>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> JobHandle {
        self.errand(work.into(), on_event, OnEnd::Finished(Box::new(on_end)))
    }

    /// Submits, and leaves the task alone once it is accepted. **Costs money** once accepted.
    pub fn submit(
        &self,
        action: impl Into<Action>,
        on_end: impl FnOnce(Result<Submission, Error>) + Send + 'static,
    ) -> JobHandle {
        self.errand(Work::Submit(action.into()), |_| {}, OnEnd::Accepted(Box::new(on_end)))
    }

    /// Makes a call of the client that costs no money, such as [`Client::task`], on one of its threads; it
    /// holds that thread until it has ended. Pictures have [`download`](Self::download).
    ///
    /// `call` gets a client that is stopped by the handle.
    ///
    /// ```no_run
    /// # fn show(dispatcher: &zoomout::Dispatcher, task_id: zoomout::TaskId) {
    /// dispatcher.call(move |client| client.task(&task_id), |task| println!("{task:?}"));
    /// # }
    /// ```
    pub fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> JobHandle {
        self.once(Class::Look, call, on_end)
    }

    /// As [`call`](Self::call), for what fetches pictures, such as [`Client::download`]: it counts among the
    /// [downloads](Limits::downloads), and keeps no look waiting.
    pub fn download<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> JobHandle {
        self.once(Class::Download, call, on_end)
    }

    fn errand(&self, work: Work, on_event: impl FnMut(&Event) + Send + 'static, on_end: OnEnd) -> JobHandle {
        let task_id = match &work {
            Work::Submit(_) => None,
            Work::Wait(task_id) => Some(task_id.clone()),
        };
        let (client, policy) = (self.client.clone(), self.client.policy);
        let id = self.group.take_in(task_id, |member| {
            Box::new(Errand::new(Outside::new(client, member), policy, work, on_event, on_end))
        });
        self.handle(id)
    }

    fn once<T: Send + 'static>(
        &self,
        class: Class,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> JobHandle {
        let id =
            self.group.take_in(None, |member| Box::new(Once::new(&self.client, member, class, call, on_end)));
        self.handle(id)
    }

    fn handle(&self, id: u64) -> JobHandle {
        JobHandle { id, group: Arc::downgrade(&self.group) }
    }

    /// How many jobs have not ended.
    pub fn len(&self) -> usize {
        self.group.len()
    }

    /// Whether every job has ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stops every job, and lists those that had not ended with their tasks. Returns at once; each `on_end`
    /// hears [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel_all(&self) -> Vec<Unfinished> {
        self.group.cancel_all()
    }

    /// Waits until every job has ended and its `on_end` has returned, or so long; lists those that have not
    /// ended. They go on.
    pub fn drain(&self, patience: Duration) -> Vec<Unfinished> {
        self.group.drain(patience)
    }

    /// How late the looks of the client were so far.
    pub fn lateness(&self) -> Lateness {
        self.group.engine.lateness()
    }

    /// How many threads of the client work, stand by, or keep the time.
    pub fn threads(&self) -> usize {
        self.group.engine.threads()
    }

    /// Stops every job when `token` is cancelled, for as long as the guard lives.
    fn stopped_by<'a>(&self, token: &'a CancelToken) -> OnCancel<'a> {
        let group = Arc::downgrade(&self.group);
        token.on_cancel(move || {
            if let Some(group) = group.upgrade() {
                drop(group.cancel_all());
            }
        })
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        drop(self.group.cancel_all());
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
        if let Some(group) = self.group.upgrade() {
            group.cancel(self.id);
        }
    }
}
