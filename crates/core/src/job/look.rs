//! A single look at a task.

use alloc::vec::Vec;

use super::delivery::Failure;
use super::machine::{Kind, Machine, Reply, Step};
use super::policy::Policy;
use super::sight::refused;
use crate::api::Call;
use crate::error::{Billed, Error, ErrorKind};
use crate::time::Instant;
use crate::values::TaskId;
use crate::wire::{Answer, MidjourneyTask, Task};

/// One look at a task, as a [`Machine`]: one call, whatever comes of it. It is free.
///
/// What it shows is a [`Task`] or, with its buttons, a [`MidjourneyTask`]. A task that failed is no error
/// here: it is a task.
///
/// ```
/// use zoomout_core::{Api, ApiKey, Instant, Look, Machine, Policy, Step, Task, TaskId};
///
/// let api = Api::new(ApiKey::new("sk-secret")?);
/// let mut look = Look::<Task>::at(TaskId::new("task_1")?, Policy::default(), Instant::ZERO);
/// let Step::Send { call, .. } = look.poll(Instant::ZERO) else { unreachable!() };
/// assert_eq!(api.request(&call).uri().path(), "/v1/tasks/task_1");
/// let answer = http::Response::new(r#"{"data":{"id":"task_1","status":"pending"}}"#);
/// look.on(Instant::ZERO, api.answer(&answer).into());
/// assert!(matches!(look.poll(Instant::ZERO), Step::Done(Ok(_))));
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Look<T> {
    task_id: TaskId,
    deadline: Instant,
    cancelled: bool,
    stage: Stage<T>,
}

#[derive(Clone, Debug)]
enum Stage<T> {
    Ready,
    Out,
    Ended(Result<T, Error>),
}

/// What a look can show.
pub trait Shown: Clone {
    /// The call that asks for it.
    fn call(task_id: TaskId) -> Call;

    /// What the answer shows of the task that was asked for, if it shows anything.
    fn read(answer: &Answer, asked: &TaskId) -> Option<Self>;
}

impl Shown for Task {
    fn call(task_id: TaskId) -> Call {
        Call::Task(task_id)
    }

    fn read(answer: &Answer, asked: &TaskId) -> Option<Self> {
        answer.task(asked)
    }
}

impl Shown for MidjourneyTask {
    fn call(task_id: TaskId) -> Call {
        Call::MidjourneyTask(task_id)
    }

    fn read(answer: &Answer, asked: &TaskId) -> Option<Self> {
        answer.midjourney_task(asked)
    }
}

impl<T: Shown> Look<T> {
    /// A look at this task.
    pub fn at(task_id: TaskId, policy: Policy, now: Instant) -> Self {
        Self { task_id, deadline: now + policy.deadline, cancelled: false, stage: Stage::Ready }
    }

    fn read(&self, answer: &Answer) -> Result<T, Error> {
        let shown = if answer.is_success() { T::read(answer, &self.task_id) } else { None };
        shown.ok_or_else(|| {
            if answer.is_success() && answer.error_object().is_none() {
                return self
                    .error(ErrorKind::Protocol, "the server's answer shows no task")
                    .caused_by(&answer.to_api_error().message);
            }
            refused("to show the task", answer.to_api_error(), Billed::No).about(&self.task_id)
        })
    }

    fn failed(&self, failure: &Failure) -> Error {
        let error = if self.cancelled {
            self.error(ErrorKind::Cancelled, "cancelled while looking at the task")
        } else {
            self.error(ErrorKind::Transport, "the server could not be asked")
        };
        error.caused_by(&failure.cause)
    }

    /// Looking is free.
    fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, Billed::No, message).about(&self.task_id)
    }
}

impl<T: Shown> Machine for Look<T> {
    type Call = Call;
    type Reply = Reply;
    type Output = T;

    fn poll(&mut self, now: Instant) -> Step<T> {
        match &self.stage {
            Stage::Ended(result) => Step::Done(result.clone()),
            Stage::Out => Step::AwaitReply,
            Stage::Ready if now >= self.deadline => {
                let error = self.error(ErrorKind::Deadline, "the time was up before the task was looked at");
                self.stage = Stage::Ended(Err(error.clone()));
                Step::Done(Err(error))
            }
            Stage::Ready => {
                self.stage = Stage::Out;
                Step::Send { call: T::call(self.task_id.clone()), by: self.deadline }
            }
        }
    }

    fn on(&mut self, _now: Instant, reply: Reply) {
        if matches!(self.stage, Stage::Out) {
            self.stage = Stage::Ended(match reply {
                Reply::Answer(answer) => self.read(&answer),
                Reply::Failure(failure) => Err(self.failed(&failure)),
            });
        }
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        if matches!(self.stage, Stage::Ready) {
            let error = self.error(ErrorKind::Cancelled, "cancelled before looking at the task");
            self.stage = Stage::Ended(Err(error));
        }
    }

    fn tasks(&self) -> Vec<&TaskId> {
        Vec::from([&self.task_id])
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn next(&self) -> Kind {
        Kind::Look
    }
}
