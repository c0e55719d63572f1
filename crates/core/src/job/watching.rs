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
use crate::people::span_for_people;
use crate::record::Outcome;
use crate::time::Instant;
use crate::values::TaskId;
use crate::wire::{Answer, Status, Task};

/// So often a finished task may be seen without its pictures before that counts as an error.
const LOOKS_WITHOUT_PICTURES: u32 = 4;

/// So often a new task must be called unknown before it counts as gone, however late the looks come: a
/// machine may fall asleep between a submission and the first look.
const UNKNOWN_LOOKS: u32 = 4;

/// A task that shows no progress for so long may wait for input behind its back: the Midjourney query tells, while
/// the unified one may call it processing until the server gives it up (reference, section 10.3).
const STUCK: Duration = Duration::from_secs(90);

/// A task that exists, as far as is known.
#[derive(Clone, Debug)]
pub(crate) struct Watching {
    pub(crate) task_id: TaskId,
    /// When its watch began.
    since: Instant,
    /// Whether it was paid for: because this job submitted it, or because a look has shown it.
    paid: bool,
    /// When it last showed something new.
    moved: Instant,
    /// Whether it was asked if it waits for input.
    modal: Modal,
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

/// Whether a task was asked, once, if it waits for input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modal {
    NotAsked,
    /// The question is out.
    Asking,
    Asked,
}

/// What follows from a look.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
pub(crate) enum AfterLook {
    Rest(Duration),
    Again(Retry),
    /// How it ended for who waits, and for the record, if the task itself has ended.
    End(Result<Task, Error>, Option<Outcome>),
}

impl Watching {
    /// A task that this job submitted.
    pub(crate) fn submitted(task_id: TaskId, now: Instant) -> Self {
        Self {
            task_id,
            since: now,
            paid: true,
            moved: now,
            modal: Modal::NotAsked,
            failures: 0,
            without_pictures: 0,
            unknown: 0,
            reported: None,
            trouble: None,
        }
    }

    /// A task that was known before.
    pub(crate) fn known(task_id: TaskId, now: Instant) -> Self {
        Self { paid: false, ..Self::submitted(task_id, now) }
    }

    pub(crate) fn send(&mut self, now: Instant) -> Call {
        self.modal = match self.modal {
            Modal::NotAsked if self.reported.is_some() && now - self.moved >= STUCK => Modal::Asking,
            Modal::Asking => Modal::Asked,
            unchanged => unchanged,
        };
        match self.modal {
            Modal::Asking => Call::MidjourneyTask(self.task_id.clone()),
            Modal::NotAsked | Modal::Asked => Call::Task(self.task_id.clone()),
        }
    }

    /// What is known about money: who waits for a task that nobody has seen has paid nothing here.
    pub(crate) const fn billed(&self) -> Billed {
        if self.paid { Billed::Yes } else { Billed::No }
    }

    pub(crate) fn on_answer(
        &mut self,
        now: Instant,
        answer: &Answer,
        rng: &mut Rng,
        events: &mut VecDeque<Event>,
    ) -> AfterLook {
        if self.modal == Modal::Asking {
            let task = answer.midjourney_task(&self.task_id);
            return match task.filter(|task| answer.is_success() && task.status == Status::Modal) {
                Some(_) => AfterLook::End(Err(waits_for_input(&self.task_id)), None),
                None => AfterLook::Rest(schedule::DENSEST),
            };
        }
        let watched = now - self.since;
        match Sight::of(answer, &self.task_id) {
            Sight::Seen(task) => {
                self.paid = true;
                self.report(&task, now, events);
                self.on_task(task, watched, answer, rng)
            }
            Sight::Unknown(api) if self.may_not_have_arrived(watched) => {
                again(&describe(&api), schedule::DENSEST)
            }
            Sight::Unknown(api) | Sight::Refused(api) => {
                let error = refused("to show the task", api, self.billed()).about(&self.task_id);
                AfterLook::End(Err(error), None)
            }
            Sight::Nothing(api) => self.nothing(&describe(&api), api.retry_after, rng),
        }
    }

    pub(crate) fn on_failure(&mut self, failure: &Failure, rng: &mut Rng) -> AfterLook {
        self.nothing(&failure.cause, None, rng)
    }

    /// What to say when the time is up.
    pub(crate) fn on_deadline(&self, deadline: Duration) -> Error {
        let span = span_for_people(deadline);
        let message = match self.billed() {
            Billed::Yes => format!("the task did not finish within {span}; it goes on"),
            _ => format!("nothing was seen of the task within {span}"),
        };
        let error = Error::new(ErrorKind::Deadline, self.billed(), message).about(&self.task_id);
        match &self.trouble {
            Some(trouble) => error.caused_by(trouble),
            None => error,
        }
    }

    fn on_task(&mut self, task: Task, watched: Duration, answer: &Answer, rng: &mut Rng) -> AfterLook {
        self.failures = 0;
        self.trouble = None;
        let outcome = Outcome::of(&task);
        match task.status {
            Status::Completed if task.has_pictures() => AfterLook::End(Ok(task), outcome),
            Status::Completed => self.no_pictures(&answer.for_people(&task.raw().to_string())),
            Status::Failed | Status::Cancelled | Status::Modal => AfterLook::End(Err(failed(&task)), outcome),
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
        AfterLook::End(Err(error.about(&self.task_id).caused_by(&shown)), None)
    }

    fn may_not_have_arrived(&mut self, watched: Duration) -> bool {
        self.unknown = self.unknown.saturating_add(1);
        let early = watched < schedule::FRESH || self.unknown < UNKNOWN_LOOKS;
        self.paid && self.reported.is_none() && early
    }

    fn nothing(&mut self, reason: &str, asked: Option<Duration>, rng: &mut Rng) -> AfterLook {
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(reason.to_string());
        let after = schedule::after_failed_look(self.failures, asked, rng);
        again(reason, after)
    }

    fn report(&mut self, task: &Task, now: Instant, events: &mut VecDeque<Event>) {
        let best = self.reported.as_ref().and_then(|(_, percent)| *percent);
        let percent = task.progress.max(best);
        let seen = Some((task.status.clone(), percent));
        if self.reported == seen {
            return;
        }
        self.reported = seen;
        self.moved = now;
        events.push_back(Event::Progress(Progress {
            task_id: self.task_id.clone(),
            status: task.status.clone(),
            percent,
            watched: now - self.since,
        }));
    }
}

fn again(reason: &str, after: Duration) -> AfterLook {
    AfterLook::Again(Retry { attempt: Attempt::Look, reason: reason.to_string(), after, rate_limited: false })
}

fn describe(api: &ApiError) -> String {
    format!("the server answered {api}")
}

/// The server refunds such a task, but only when it gives it up.
fn waits_for_input(task_id: &TaskId) -> Error {
    let message = "the task waits for input that a zoom cannot give (MODAL)";
    Error::new(ErrorKind::TaskFailed, Billed::Maybe, message).about(task_id)
}

/// What a task that has ended is for who waits for it.
pub(crate) fn ended(task: Task) -> Result<Task, Error> {
    if task.status == Status::Completed { Ok(task) } else { Err(failed(&task)) }
}

/// The error of a task that ended without a picture, or cannot end.
fn failed(task: &Task) -> Error {
    let message = match task.status {
        Status::Modal => return waits_for_input(&task.task_id),
        Status::Cancelled => "the task was cancelled, and is refunded",
        _ => "the task failed, and is refunded",
    };
    let error = Error::new(ErrorKind::TaskFailed, Billed::No, message).about(&task.task_id);
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
        let AfterLook::End(Err(error), None) = look() else { panic!("it goes on for ever") };
        assert_eq!((error.kind(), error.billed()), (ErrorKind::Refused, Billed::Yes));
    }
}
