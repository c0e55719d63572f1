//! One job of a dispatcher, with those who want to hear of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use http::{Response, StatusCode};
use zoomout_core::{
    Action, Billed, Call, Error, ErrorKind, Event, Failure, Instant, Job, Policy, Step, Task, TaskId,
    Upscale, Zoom,
};

use super::scheduler::{Class, Reception, Turn};
use crate::cancel::CancelToken;

/// What a [`Dispatcher`](crate::Dispatcher) is asked to do: submit and wait, or wait for a task that was
/// submitted before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Work {
    /// Submit this, which **costs money** once accepted, and wait for it.
    Submit(Action),
    /// Wait for this task. Free.
    Wait(TaskId),
}

impl From<Zoom> for Work {
    fn from(zoom: Zoom) -> Self {
        Self::Submit(zoom.into())
    }
}

impl From<Upscale> for Work {
    fn from(upscale: Upscale) -> Self {
        Self::Submit(upscale.into())
    }
}

impl From<Action> for Work {
    fn from(action: Action) -> Self {
        Self::Submit(action)
    }
}

impl From<TaskId> for Work {
    fn from(task_id: TaskId) -> Self {
        Self::Wait(task_id)
    }
}

/// Hears how a job ended.
type OnEnd = Box<dyn FnOnce(Result<Task, Error>) + Send>;

pub(super) struct Errand {
    work: Work,
    /// Made at the first turn, so that waiting in a queue does not eat up its deadline.
    job: Option<Box<Job>>,
    /// A call for which the last turn had no permit any more.
    pending: Option<Call>,
    pub(super) token: CancelToken,
    on_event: Box<dyn FnMut(&Event) + Send>,
    on_end: Option<OnEnd>,
    panicked: bool,
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errand").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// What the world does for an errand.
pub(super) trait World {
    fn now(&self) -> Instant;
    fn exchange(&self, call: &Call, cancel: &CancelToken) -> Result<Response<Vec<u8>>, Failure>;
    /// The task exists: whoever stops now must hear of it.
    fn known(&self, task_id: &TaskId);
}

/// What came of a turn.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
pub(super) enum Outcome {
    Again(Turn),
    Ended(Result<Task, Error>),
}

impl Errand {
    pub(super) fn new(
        work: Work,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Task, Error>) + Send + 'static,
    ) -> Self {
        Self {
            work,
            job: None,
            pending: None,
            token: CancelToken::new(),
            on_event: Box::new(on_event),
            on_end: Some(Box::new(on_end)),
            panicked: false,
        }
    }

    /// What the next turn needs a permit for.
    pub(super) fn class(&self) -> Class {
        match self.task_id() {
            None => Class::Submission,
            Some(_) => Class::Look,
        }
    }

    /// The task, as far as it is known.
    pub(super) fn task_id(&self) -> Option<&TaskId> {
        match (&self.job, &self.work) {
            (Some(job), _) => job.task_id(),
            (None, Work::Wait(task_id)) => Some(task_id),
            (None, Work::Submit(_)) => None,
        }
    }

    /// A turn: at most one call, and whatever is to be told.
    pub(super) fn turn(&mut self, class: Class, policy: Policy, world: &impl World) -> (Outcome, Reception) {
        let job = self.job.get_or_insert_with(|| Box::new(begin(&self.work, policy, world.now())));
        if class == Class::End || self.token.is_cancelled() {
            job.cancel();
            if self.pending.take().is_some() {
                job.on_failure(world.now(), &Failure::not_sent("cancelled before it was sent"));
            }
        }
        let mut permit = class != Class::End;
        let mut overrun = false;
        let mut reception = Reception::Other;
        let outcome = loop {
            let step = self.pending.take().map_or_else(|| job.poll(world.now()), Step::Send);
            match step {
                Step::Send(call) if !permit => {
                    self.pending = Some(call);
                    break None;
                }
                Step::Send(call) => {
                    permit = false;
                    let answer = world.exchange(&call, &self.token);
                    if self.token.is_cancelled() {
                        job.cancel();
                    }
                    let status = answer.as_ref().ok().map(Response::status);
                    overrun = call.costs_money() && status == Some(StatusCode::TOO_MANY_REQUESTS);
                    match answer {
                        Ok(answer) => job.on_response(world.now(), &answer),
                        Err(failure) => job.on_failure(world.now(), &failure),
                    }
                }
                Step::Report(event) => {
                    if let Event::Submitted(submission) = &event {
                        world.known(&submission.task_id);
                        reception = Reception::Accepted;
                    }
                    let told = catch_unwind(AssertUnwindSafe(|| (self.on_event)(&event)));
                    if told.is_err() {
                        self.panicked = true;
                        job.cancel();
                    }
                }
                Step::Wait(until) => {
                    if overrun {
                        reception = Reception::Overrun(until);
                    }
                    break Some(Err(until));
                }
                Step::Done(result) => break Some(Ok(result)),
                // Every call is reported before the job is asked again.
                _ => break None,
            }
        };
        let panicked = self.panicked;
        let outcome = match outcome {
            Some(Ok(result)) => {
                Outcome::Ended(if panicked { result.map_err(blame_the_observer) } else { result })
            }
            Some(Err(at)) => Outcome::Again(Turn { class: self.class(), at }),
            None => Outcome::Again(Turn { class: self.class(), at: world.now() }),
        };
        (outcome, reception)
    }

    /// Tells how it ended. There is nobody to tell of a panic in here.
    pub(super) fn end(&mut self, result: Result<Task, Error>) {
        if let Some(on_end) = self.on_end.take() {
            drop(catch_unwind(AssertUnwindSafe(|| on_end(result))));
        }
    }
}

fn begin(work: &Work, policy: Policy, now: Instant) -> Job {
    let seed = fastrand::u64(..);
    match work {
        Work::Submit(action) => Job::submit(action.clone(), policy, seed, now),
        Work::Wait(task_id) => Job::resume(task_id.clone(), policy, seed, now),
    }
}

fn blame_the_observer(error: Error) -> Error {
    if error.kind() == ErrorKind::Cancelled && error.billed() != Billed::Maybe {
        error.with_note("the observer of its events panicked")
    } else {
        error
    }
}
