//! What is known of a call at any moment: what was paid for must not be lost, whenever it is stopped.

use std::sync::{Arc, Mutex, PoisonError};

use zoomout::{Error, ErrorKind, Event, Status, Submission};

use crate::ask::{Ask, Fetch};

/// What is known of a call, told as the error of one that is stopped now.
///
/// A call that is stopped says itself how it ended, but not always at once: it may be building up a connection.
/// Until it does, this is what is true. Whoever works on it tells this first, and only then anybody who could be
/// stopped over it.
///
/// ```
/// use zoomout::{Billed, Event, Order, Submission, Status, TaskId, Zoom};
/// use zoomout_binding::{Ask, Known};
///
/// let zoom = Zoom::by_ratio(TaskId::new("task_1")?, None);
/// let known = Known::of(&Ask::Run(Order::from(zoom)));
/// assert_eq!(known.error().billed(), Billed::Maybe);
/// known.hear(&Event::Submitted(Submission::new(TaskId::new("task_2")?, Status::Pending)));
/// assert_eq!(known.error().task_id(), Some(&TaskId::new("task_2")?));
/// # Ok::<(), zoomout::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Known(Arc<Mutex<Error>>);

impl Known {
    /// What is known before anybody works on it.
    pub fn of(ask: &Ask) -> Self {
        let stopped = || Error::unsent(ErrorKind::Cancelled, "stopped before there was an answer");
        Self(Arc::new(Mutex::new(match ask {
            Ask::Run(order) | Ask::Submit(order) => {
                let message = "stopped before it was known whether the submission was accepted";
                Error::in_doubt(ErrorKind::Cancelled, &order.action, message)
            }
            Ask::Wait(task_id)
            | Ask::Task(task_id)
            | Ask::Buttons(task_id)
            | Ask::Fetch(Fetch::All { task_id, .. }) => stopped().about(task_id),
            Ask::Fetch(Fetch::Save { .. } | Fetch::Read { .. }) | Ask::Unfinished | Ask::Resolve(..) => {
                stopped()
            }
        })))
    }

    /// An event of the call.
    pub fn hear(&self, event: &Event) {
        let submission = match event {
            Event::Submitted(submission) => submission.clone(),
            // It was paid for before.
            Event::Resumed(resumed) => Submission::new(resumed.task_id.clone(), Status::Pending),
            // Somebody has paid for a task that is seen.
            Event::Progress(seen) => Submission::new(seen.task_id.clone(), seen.status.clone()),
            _ => return,
        };
        let message = "stopped while waiting; the task was accepted";
        self.set(Error::accepted(ErrorKind::Cancelled, &submission, message));
    }

    /// How the call ended. An answer adds nothing: all that it says of money was an event.
    pub fn end<T>(&self, result: &Result<T, Error>) {
        if let Err(error) = result {
            self.set(error.clone());
        }
    }

    /// What to say if it is stopped now, or was.
    pub fn error(&self) -> Error {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, error: Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zoomout::{Billed, Order, Progress, TaskId, Zoom};

    fn id(id: &str) -> TaskId {
        TaskId::new(id).unwrap()
    }

    fn told(known: &Known) -> (Billed, Option<TaskId>) {
        let error = known.error();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        (error.billed(), error.task_id().cloned())
    }

    #[test]
    fn a_submission_is_in_doubt_until_something_is_heard_of_it() {
        let zoom = Order::from(Zoom::by_ratio(id("task_1"), None));
        for ask in [Ask::Run(zoom.clone()), Ask::Submit(zoom)] {
            let known = Known::of(&ask);
            assert_eq!(told(&known), (Billed::Maybe, None));
            known.hear(&Event::Submitted(Submission::new(id("task_2"), Status::Pending)));
            assert_eq!(told(&known), (Billed::Yes, Some(id("task_2"))));
            // An answer that nobody took.
            known.end(&Ok(()));
            assert_eq!(told(&known), (Billed::Yes, Some(id("task_2"))));
        }
    }

    #[test]
    fn a_task_that_is_waited_for_was_paid_for_once_it_is_seen() {
        let known = Known::of(&Ask::Wait(id("task_1")));
        assert_eq!(told(&known), (Billed::No, Some(id("task_1"))));
        known.hear(&Event::Progress(Progress::new(id("task_1"), Status::Pending, None)));
        assert_eq!(told(&known), (Billed::Yes, Some(id("task_1"))));
    }

    #[test]
    fn the_call_itself_knows_best() {
        let known = Known::of(&Ask::Run(Zoom::by_ratio(id("task_1"), None).into()));
        known.end::<()>(&Err(Error::unsent(ErrorKind::Transport, "it did not leave")));
        assert_eq!(known.error().kind(), ErrorKind::Transport);
        assert_eq!(known.error().billed(), Billed::No);
    }
}
