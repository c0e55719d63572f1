//! Many jobs at once: one timer queue, and threads made on demand that leave when there is nothing to do.

mod batch;
mod chore;
mod commission;
mod engine;
#[cfg(all(test, not(shuttle)))]
mod engine_tests;
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
mod pace;
mod permit;
mod scheduler;
mod threads;
mod unfinished;
#[cfg(test)]
mod virtual_time;
mod visit;
mod work;
mod workers;

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use zoomout_core::{
    Call, Error, Event, Fetched, Instant, Job, Kind, Look, Machine, MidjourneyTask, Order, Outcome, Picture,
    Policy, Record, Reply, Shown, Submission, Task, TaskId,
};

use crate::cancel::{CancelToken, OnCancel};
use crate::carrier::{Carrier, Free, Paid};
use crate::client::{Client, end_of};
use crate::errand::Life;
use crate::identity::Identity;
use crate::line::Line;
use crate::picture::Download;
use crate::transport::{Context, Transport};
use commission::Commission;
use group::Group;

pub use batch::{Batch, Finished, NotYet};
pub(crate) use chore::{Class, Next, Reception, Turn};
pub(crate) use engine::{ClockPanicked, Engine};
pub(crate) use handle::EngineHandle;
pub use lateness::Lateness;
pub use limits::Limits;
pub use many::ZoomMany;
pub(crate) use permit::Permit;
pub use unfinished::Unfinished;
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
/// error that names the task. The tasks themselves go on at the server, and a submission that is on its way is
/// read to its end; see [`Client::settle`].
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
    line: Arc<Line>,
    policy: Policy,
    group: Arc<Group>,
    _engine: EngineHandle,
}

/// A job of a [`Dispatcher`]. Dropping the handle changes nothing.
#[derive(Clone, Debug)]
pub struct JobHandle {
    id: u64,
    group: Weak<Group>,
}

impl Dispatcher {
    /// A dispatcher with the key, the transport, the clock, the policy and the limits of this client. Its
    /// observer and its cancel token have no part in it.
    pub fn new(client: &Client) -> Self {
        Self {
            line: Arc::clone(&client.line),
            policy: client.policy,
            group: Group::new(client.engine.engine()),
            _engine: client.engine.clone(),
        }
    }

    /// Takes on a job. Submitting **costs money** once accepted; waiting for a [`TaskId`] is free.
    ///
    /// The deadline of the client's policy begins with the job's first turn, so that time in the queue
    /// does not count. Where no thread can be made, `on_end` hears
    /// [`ErrorKind::Storage`](crate::ErrorKind::Storage) before this returns.
    pub fn spawn(
        &self,
        work: impl Into<Work>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> JobHandle {
        let line = Arc::clone(&self.line);
        let on_end = move |ended: Result<Task, Error>| {
            let task_id = end_of(&ended).cloned();
            on_end(ended);
            if let Some(task_id) = task_id {
                line.acknowledge(&task_id);
            }
        };
        self.spawn_unacknowledged(work, on_event, on_end)
    }

    /// As [`spawn`](Self::spawn), but the end of a task counts as handed out once somebody says so with
    /// [`Client::acknowledge`]: until then it is among the [unfinished](Client::unfinished). For those who hand it
    /// on, and may fail to.
    pub fn spawn_unacknowledged(
        &self,
        work: impl Into<Work>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> JobHandle {
        let policy = self.policy;
        match work.into() {
            Work::Submit(order) => self.ask(None, Kind::Submission, on_event, on_end, move |now| {
                let Identity { ticket, seed } = Identity::draw()?;
                Ok(Job::submit(order.clone(), ticket, policy, seed, now))
            }),
            Work::Wait(task_id) => {
                self.ask(Some(task_id.clone()), Kind::Look, on_event, on_end, move |now| {
                    Ok(Job::resume(task_id.clone(), policy, Identity::draw()?.seed, now))
                })
            }
        }
    }

    /// Submits, and leaves the task alone once it is accepted. **Costs money** once accepted.
    pub fn submit(
        &self,
        order: impl Into<Order>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Submission, Error>) + Send + 'static,
    ) -> JobHandle {
        let (order, policy) = (order.into(), self.policy);
        self.ask(None, Kind::Submission, on_event, on_end, move |now| {
            let Identity { ticket, seed } = Identity::draw()?;
            Ok(Job::submit_only(order.clone(), ticket, policy, seed, now))
        })
    }

    /// Looks at a task once; see [`Client::task`]. Free. If it has ended, that is written down, and counts as handed out
    /// once somebody says so with [`Client::acknowledge`].
    ///
    /// ```no_run
    /// # fn show(dispatcher: &zoomout::Dispatcher, task_id: zoomout::TaskId) {
    /// dispatcher.task(task_id, |task| println!("{task:?}"));
    /// # }
    /// ```
    pub fn task(
        &self,
        task_id: TaskId,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> JobHandle {
        let line = Arc::clone(&self.line);
        self.look(task_id, move |task: Result<Task, Error>| {
            if let Some(outcome) = task.as_ref().ok().and_then(Outcome::of) {
                line.keep(&Record::Ended(outcome));
            }
            on_end(task);
        })
    }

    /// Looks once at a task with its buttons; see [`Client::buttons`]. Free.
    pub fn buttons(
        &self,
        task_id: TaskId,
        on_end: impl FnOnce(Result<MidjourneyTask, Error>) + Send + 'static,
    ) -> JobHandle {
        self.look(task_id, on_end)
    }

    /// Saves pictures, each whole or not at all; see [`Client::download`]. Free. It counts among the
    /// [downloads](Limits::downloads), and keeps no look waiting.
    pub fn download(
        &self,
        download: Download,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Vec<PathBuf>, Error>) + Send + 'static,
    ) -> JobHandle {
        let (line, task_id) = (Arc::clone(&self.line), download.task_id().cloned());
        self.fetch(download, Download::save, on_event, move |saved| {
            if let (Ok(files), Some(task_id)) = (&saved, &task_id) {
                line.collected(task_id, files);
            }
            on_end(saved);
        })
    }

    /// Reads a picture into memory, as [`download`](Self::download) saves it.
    pub fn read(
        &self,
        link: &str,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Vec<u8>, Error>) + Send + 'static,
    ) -> JobHandle {
        self.fetch(Download::one(link, "memory"), Download::read, on_event, |pictures| {
            on_end(pictures.map(|pictures| pictures.into_iter().next().unwrap_or_default()));
        })
    }

    fn look<T: Shown + Send + 'static>(
        &self,
        task_id: TaskId,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> JobHandle {
        let policy = self.policy;
        self.ask(
            Some(task_id.clone()),
            Kind::Look,
            |_| {},
            on_end,
            move |now| Ok(Look::at(task_id.clone(), policy, now)),
        )
    }

    fn fetch<P: Clone + Send + 'static>(
        &self,
        download: Download,
        make: fn(&Download, &dyn Transport, &Picture, &Context) -> Fetched<P>,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Vec<P>, Error>) + Send + 'static,
    ) -> JobHandle {
        let (line, policy) = (Arc::clone(&self.line), self.policy);
        let (task_id, fetched) = (download.task_id().cloned(), download.clone());
        let carry =
            move |picture: Picture, context: &Context| make(&fetched, &*line.transport, &picture, context);
        let begin = Box::new(move |now| Ok(download.begin(policy, Identity::draw()?.seed, now)));
        self.commission(task_id, Life::Waiting(Kind::Download, begin), Free(carry), on_event, on_end)
    }

    /// Takes on a machine that asks the API.
    fn ask<M: Machine<Call = Call, Reply = Reply, Output: Send> + Send + 'static>(
        &self,
        task_id: Option<TaskId>,
        kind: Kind,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<M::Output, Error>) + Send + 'static,
        begin: impl FnMut(Instant) -> Result<M, Error> + Send + 'static,
    ) -> JobHandle {
        let carrier = Paid::over(&self.line);
        self.commission(task_id, Life::Waiting(kind, Box::new(begin)), carrier, on_event, on_end)
    }

    fn commission<M, X>(
        &self,
        task_id: Option<TaskId>,
        life: Life<M>,
        carrier: X,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<M::Output, Error>) + Send + 'static,
    ) -> JobHandle
    where
        M: Machine<Call: Send, Reply: Send, Output: Send> + Send + 'static,
        X: Carrier<M> + Send + 'static,
    {
        let id = self.group.take_in(task_id, |member| {
            Box::new(Commission::new(life, carrier, &self.line.clock, member, on_event, Box::new(on_end)))
        });
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

    /// Stops every job when `token` is cancelled, and all that come later, for as long as the guard lives.
    fn stopped_by<'a>(&self, token: &'a CancelToken) -> OnCancel<'a> {
        let group = Arc::downgrade(&self.group);
        token.on_cancel(move || {
            if let Some(group) = group.upgrade() {
                group.close();
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
