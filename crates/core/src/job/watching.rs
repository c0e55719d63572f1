//! The part of a job in which the task exists: looking until there is a picture.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;

use fastrand::Rng;

use super::delivery::Failure;
use super::event::{Attempt, Event, Progress, Retry};
use super::schedule;
use super::sight::{Sight, refused};
use crate::api::Call;
use crate::error::{ApiError, Billed, Error, ErrorKind};
use crate::time::Instant;
use crate::values::TaskId;
use crate::wire::{Answer, Status, Task};

/// So often a finished task may be seen without its pictures before that counts as an error.
const LOOKS_WITHOUT_PICTURES: u32 = 4;

/// So often a new task must be called unknown before it counts as gone, however late the looks come: a
/// machine may fall asleep between a submission and the first look.
const UNKNOWN_LOOKS: u32 = 4;

/// A task that exists.
#[derive(Clone, Debug)]
pub(crate) struct Watching {
    pub(crate) task_id: TaskId,
    /// When its watch began.
    since: Instant,
    /// Whether this job submitted it, and so paid for it.
    submitted_here: bool,
    /// Looks in a row that brought nothing.
    failures: u32,
    /// Looks that showed a finished task without pictures.
    without_pictures: u32,
    /// Looks that were told that there is no such task.
    unknown: u32,
    /// What was last reported.
    reported: Option<(Status, Option<u8>)>,
    /// What the last look that brought nothing ran into.
    trouble: Option<String>,
}

/// What follows from a look.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
pub(crate) enum AfterLook {
    Rest(Duration),
    Again(Retry),
    End(Result<Task, Error>),
}

impl Watching {
    /// A task that this job submitted.
    pub(crate) fn submitted(task_id: TaskId, now: Instant) -> Self {
        Self {
            task_id,
            since: now,
            submitted_here: true,
            failures: 0,
            without_pictures: 0,
            unknown: 0,
            reported: None,
            trouble: None,
        }
    }

    /// A task that was known before.
    pub(crate) fn known(task_id: TaskId, now: Instant) -> Self {
        Self { submitted_here: false, ..Self::submitted(task_id, now) }
    }

    pub(crate) fn send(&self) -> Call {
        Call::Task(self.task_id.clone())
    }

    pub(crate) fn on_answer(
        &mut self,
        now: Instant,
        answer: &Answer,
        rng: &mut Rng,
        events: &mut VecDeque<Event>,
    ) -> AfterLook {
        let watched = now.saturating_since(self.since);
        match Sight::of(answer, &self.task_id) {
            Sight::Seen(task) => {
                self.report(&task, watched, events);
                self.on_task(task, watched, answer, rng)
            }
            Sight::Unknown(api) if self.may_not_have_arrived(watched) => {
                again(&describe(&api), schedule::DENSEST)
            }
            Sight::Unknown(api) | Sight::Refused(api) => {
                let billed = if self.submitted_here { Billed::Yes } else { Billed::No };
                AfterLook::End(Err(refused("to show the task", api, billed).about(&self.task_id)))
            }
            Sight::Nothing(api) => self.nothing(&describe(&api), api.retry_after, rng),
        }
    }

    pub(crate) fn on_failure(&mut self, failure: &Failure, rng: &mut Rng) -> AfterLook {
        self.nothing(&failure.cause, None, rng)
    }

    /// What to say when the time is up.
    pub(crate) fn on_deadline(&self, deadline: Duration) -> Error {
        let message = format!("the task did not finish within {} s; it goes on", deadline.as_secs());
        let error = Error::new(ErrorKind::Deadline, Billed::Yes, message).about(&self.task_id);
        match &self.trouble {
            Some(trouble) => error.caused_by(trouble),
            None => error,
        }
    }

    fn on_task(&mut self, task: Task, watched: Duration, answer: &Answer, rng: &mut Rng) -> AfterLook {
        self.failures = 0;
        self.trouble = None;
        match task.status {
            Status::Completed if task.has_pictures() => AfterLook::End(Ok(task)),
            Status::Completed => self.no_pictures(&answer.for_people(&task.raw().to_string())),
            Status::Failed | Status::Cancelled | Status::Modal => AfterLook::End(Err(failed(&task))),
            Status::Pending | Status::Processing | Status::Other(_) => {
                AfterLook::Rest(schedule::next_look(&task, watched, rng))
            }
        }
    }

    /// Pictures may be listed a moment after the task is called finished.
    fn no_pictures(&mut self, shown: &str) -> AfterLook {
        self.without_pictures += 1;
        if self.without_pictures < LOOKS_WITHOUT_PICTURES {
            return again("the task is finished, but shows no picture yet", schedule::DENSEST);
        }
        let error =
            Error::new(ErrorKind::Protocol, Billed::Yes, "the task is finished, but shows no picture");
        AfterLook::End(Err(error.about(&self.task_id).caused_by(&shown)))
    }

    fn may_not_have_arrived(&mut self, watched: Duration) -> bool {
        self.unknown = self.unknown.saturating_add(1);
        let early = watched < schedule::FRESH || self.unknown < UNKNOWN_LOOKS;
        self.submitted_here && self.reported.is_none() && early
    }

    fn nothing(&mut self, reason: &str, asked: Option<Duration>, rng: &mut Rng) -> AfterLook {
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(reason.to_string());
        let after = schedule::after_failed_look(self.failures, asked, rng);
        again(reason, after)
    }

    fn report(&mut self, task: &Task, watched: Duration, events: &mut VecDeque<Event>) {
        let best = self.reported.as_ref().and_then(|(_, percent)| *percent);
        let percent = task.progress.max(best);
        let seen = Some((task.status.clone(), percent));
        if self.reported == seen {
            return;
        }
        self.reported = seen;
        let status = task.status.clone();
        events.push_back(Event::Progress(Progress {
            task_id: self.task_id.clone(),
            status,
            percent,
            watched,
        }));
    }
}

fn again(reason: &str, after: Duration) -> AfterLook {
    AfterLook::Again(Retry { attempt: Attempt::Look, reason: reason.to_string(), after, rate_limited: false })
}

fn describe(api: &ApiError) -> String {
    format!("the server answered {api}")
}

/// The error of a task that ended without a picture, or cannot end.
fn failed(task: &Task) -> Error {
    let (message, billed) = match task.status {
        Status::Modal => ("the task waits for input that a zoom cannot give (MODAL)", Billed::Maybe),
        Status::Cancelled => ("the task was cancelled, and is refunded", Billed::No),
        _ => ("the task failed, and is refunded", Billed::No),
    };
    let error = Error::new(ErrorKind::TaskFailed, billed, message).about(&task.task_id);
    match &task.error {
        Some(api) => error.caused_by(&api.message).answered(api.clone()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Api;
    use crate::values::ApiKey;
    use http::Response;

    #[test]
    fn a_new_task_is_not_given_up_by_one_late_look() {
        let mut watching = Watching::submitted(TaskId::new("task_1").unwrap(), Instant::ZERO);
        let api = Api::new(ApiKey::new("sk-test").unwrap());
        let gone = api.answer(&Response::builder().status(404).body("").unwrap());
        // The machine slept for a minute right after the submission.
        let late = Instant::ZERO + Duration::from_secs(60);
        let mut look = || watching.on_answer(late, &gone, &mut Rng::with_seed(7), &mut VecDeque::new());
        for _ in 1..UNKNOWN_LOOKS {
            assert!(matches!(look(), AfterLook::Again(_)));
        }
        let AfterLook::End(Err(error)) = look() else { panic!("it goes on for ever") };
        assert_eq!((error.kind(), error.billed()), (ErrorKind::Refused, Billed::Yes));
    }
}
