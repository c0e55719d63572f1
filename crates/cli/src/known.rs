//! What a command has done so far, as far as money is concerned: the one answer to what was billed.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zoomout::{
    Action, ApiError, Billed, Detached, Error, ErrorKind, Event, Status, Submission, Task, TaskId,
};

use crate::again::Again;
use crate::failure::Failure;

/// What is known of a command, whichever of its threads asks; it outlives whatever may panic or hang.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    again: Again,
    facts: Mutex<Facts>,
}

#[derive(Debug, Default)]
struct Facts {
    /// So many submissions are out, and their answers are not in.
    sending: usize,
    /// So many pictures are on their way to the disk.
    saving: usize,
    /// A submission ended, and nobody knows how.
    doubt: bool,
    /// What is submitted, or the last of it.
    action: Option<Action>,
    /// What became of submissions whose senders had been stopped.
    late: Vec<Detached>,
    tasks: Vec<Followed>,
}

/// A task that the command is about.
#[derive(Debug)]
struct Followed {
    task_id: TaskId,
    /// Nothing while only the user says that there is such a task.
    proof: Option<Proof>,
    /// The user has all there is of it.
    is_handed_over: bool,
}

/// What the server said of a task, which was paid for, then.
#[derive(Debug)]
enum Proof {
    Accepted(Submission),
    Seen(Box<Task>),
}

impl Known {
    pub(crate) fn new(again: Again) -> Self {
        Self(Arc::new(Inner { again, facts: Mutex::default() }))
    }

    /// What to type next.
    pub(crate) fn again(&self) -> &Again {
        &self.0.again
    }

    /// This is going to be submitted.
    pub(crate) fn submits(&self, action: &Action) {
        self.facts().action = Some(action.clone());
    }

    /// A submission is out until this is dropped.
    pub(crate) fn sending(&self) -> Busy {
        Busy::new(self, |facts| &mut facts.sending)
    }

    /// A picture is on its way to the disk until this is dropped.
    pub(crate) fn saving(&self) -> Busy {
        Busy::new(self, |facts| &mut facts.saving)
    }

    pub(crate) fn is_sending(&self) -> bool {
        self.facts().sending > 0
    }

    pub(crate) fn is_saving(&self) -> bool {
        self.facts().saving > 0
    }

    /// The user says that there is this task.
    pub(crate) fn follows(&self, task_id: &TaskId) {
        let task_id = task_id.clone();
        self.facts().tasks.push(Followed { task_id, proof: None, is_handed_over: false });
    }

    /// Takes in what a client tells.
    pub(crate) fn hear(&self, event: &Event) {
        match event {
            Event::Submitted(submission) => self.facts().accept(submission),
            Event::Resumed(resumed) => {
                self.facts().accept(&Submission::new(resumed.task_id.clone(), Status::Pending));
            }
            // Whatever is seen was accepted from somebody.
            Event::Progress(seen) => {
                let submission = Submission::new(seen.task_id.clone(), seen.status.clone());
                self.prove(&seen.task_id, || Proof::Accepted(submission));
            }
            _ => {}
        }
    }

    /// Takes in what became of a submission whose sender had been stopped.
    pub(crate) fn hear_late(&self, detached: &Detached) {
        let mut facts = self.facts();
        if let Ok(submission) = &detached.result {
            facts.accept(submission);
        }
        facts.late.push(detached.clone());
    }

    /// What became of this, whose sender had been stopped.
    pub(crate) fn late(&self, action: &Action) -> Option<Result<Submission, Error>> {
        let facts = self.facts();
        facts.late.iter().find(|detached| detached.action == *action).map(|detached| detached.result.clone())
    }

    /// The server has shown this task.
    pub(crate) fn saw(&self, seen: &Task) {
        self.prove(&seen.task_id, || Proof::Seen(Box::new(seen.clone())));
    }

    fn prove(&self, task_id: &TaskId, proof: impl FnOnce() -> Proof) {
        if let Some(task) = self.facts().tasks.iter_mut().find(|task| task.task_id == *task_id) {
            task.proof.get_or_insert_with(proof);
        }
    }

    /// The user has all there is of this task.
    pub(crate) fn handed_over(&self, task_id: &TaskId) {
        for task in self.facts().tasks.iter_mut().filter(|task| task.task_id == *task_id) {
            task.is_handed_over = true;
        }
    }

    /// There is no more to be told of this one of many: it is saved, or refunded. Of all those one stays, as proof that
    /// something was paid for.
    pub(crate) fn settled(&self, task_id: &TaskId) {
        self.handed_over(task_id);
        let mut facts = self.facts();
        let mut kept = false;
        facts.tasks.retain(|task| !task.is_handed_over || !std::mem::replace(&mut kept, true));
    }

    /// What this command may have cost, or what it follows did.
    pub(crate) fn billed(&self) -> Billed {
        self.error(ErrorKind::Cancelled, "").billed()
    }

    fn is_unclear(&self) -> bool {
        self.facts().is_unclear()
    }

    /// The tasks that the user does not have yet.
    pub(crate) fn tasks(&self) -> Vec<TaskId> {
        let facts = self.facts();
        facts.tasks.iter().filter(|task| !task.is_handed_over).map(|task| task.task_id.clone()).collect()
    }

    /// An error of the command's own making, about the first task that the user does not have yet.
    pub(crate) fn error(&self, kind: ErrorKind, message: &str) -> Error {
        let facts = self.facts();
        let real = || facts.tasks.iter().filter_map(|task| Some((task, task.proof.as_ref()?)));
        let open = real().find(|(task, _)| !task.is_handed_over).or_else(|| real().next());
        match (open, &facts.action) {
            (Some((_, Proof::Accepted(submission))), _) => Error::accepted(kind, submission, message),
            (Some((_, Proof::Seen(task))), _) => Error::seen(kind, task, message),
            (None, Some(action)) if facts.is_unclear() => Error::in_doubt(kind, action, message),
            (None, _) => match facts.tasks.first() {
                Some(named) => Error::unsent(kind, message).about(&named.task_id),
                None => Error::unsent(kind, message),
            },
        }
    }

    /// Such an error with all that is known: the tasks, and the commands that go on with them.
    pub(crate) fn report(&self, error: Error) -> Failure {
        let tasks = self.tasks();
        let commands = tasks.iter().filter_map(|task_id| self.0.again.wait(task_id)).collect();
        Failure { tasks, commands, ..Failure::from(error) }
    }

    /// The command was stopped before it could say how it ended.
    pub(crate) fn stopped(&self) -> Failure {
        let message = match self.billed() {
            Billed::Yes if self.is_unclear() => {
                "stopped; what was accepted goes on, and another submission may have been accepted, too"
            }
            Billed::Yes => "stopped; what was accepted goes on",
            Billed::Maybe => "stopped while an answer was out; the submission may have been accepted",
            Billed::No if self.tasks().is_empty() => "stopped before anything was sent",
            Billed::No => "stopped before the task was seen",
        };
        self.report(self.error(ErrorKind::Cancelled, message))
    }

    /// The command panicked.
    pub(crate) fn panicked(&self) -> Failure {
        self.report(self.error(ErrorKind::Cancelled, "this command broke down, which is a fault of its own"))
    }

    /// A result could not be printed. That the reader of something free has gone is no failure.
    pub(crate) fn unprinted(&self, error: &io::Error) -> Option<Failure> {
        if self.billed() == Billed::No && error.kind() == io::ErrorKind::BrokenPipe {
            return None;
        }
        let unprinted = self.error(ErrorKind::Storage, "the result could not be printed");
        Some(self.report(unprinted.caused_by(error)))
    }

    /// The error of a client, noted, and with the command that goes on from there. `parent` is the picture that
    /// was to be zoomed.
    pub(crate) fn failure(&self, error: Error, parent: Option<&str>) -> Failure {
        self.note(&error);
        let commands = match parent {
            Some(parent) if error.api().is_some_and(ApiError::is_parent_not_upscaled) => {
                self.0.again.choose_tile(parent)
            }
            _ if error.kind() == ErrorKind::Unconfirmed => self.0.again.settle().into_iter().collect(),
            _ => self.wait_after(&error).into_iter().collect(),
        };
        Failure { commands, ..Failure::from(error) }
    }

    fn note(&self, error: &Error) {
        let mut facts = self.facts();
        match (error.kind(), error.task_id()) {
            // It is refunded, and there is nothing to wait for.
            (ErrorKind::TaskFailed, Some(task_id)) => facts.tasks.retain(|task| task.task_id != *task_id),
            (_, None) if error.billed() == Billed::Maybe => facts.doubt = true,
            _ => {}
        }
    }

    fn wait_after(&self, error: &Error) -> Option<String> {
        let goes_on = match error.kind() {
            ErrorKind::Deadline | ErrorKind::Cancelled => true,
            ErrorKind::Transport | ErrorKind::Storage | ErrorKind::Protocol | ErrorKind::Refused => {
                error.billed() == Billed::Yes
            }
            _ => false,
        };
        error.task_id().filter(|_| goes_on).and_then(|task_id| self.0.again.wait(task_id))
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Facts {
    fn accept(&mut self, submission: &Submission) {
        let (task_id, proof) = (submission.task_id.clone(), Some(Proof::Accepted(submission.clone())));
        self.tasks.push(Followed { task_id, proof, is_handed_over: false });
    }

    /// Nobody knows what became of a submission.
    const fn is_unclear(&self) -> bool {
        self.sending > 0 || self.doubt
    }
}

/// Something goes on until this is dropped.
#[must_use = "it is over as soon as this is dropped"]
pub(crate) struct Busy {
    known: Known,
    count: fn(&mut Facts) -> &mut usize,
}

impl Busy {
    fn new(known: &Known, count: fn(&mut Facts) -> &mut usize) -> Self {
        *count(&mut known.facts()) += 1;
        Self { known: known.clone(), count }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut facts = self.known.facts();
        let count = (self.count)(&mut facts);
        *count = count.saturating_sub(1);
    }
}
