//! Ctrl-C: stops at once, and says what is known.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use zoomout::{Billed, CancelToken, Error, ErrorKind, TaskId};

use crate::output::{Failure, Output};

/// So long a stopped command may take to say for itself how it ended.
const GRACE: Duration = Duration::from_millis(80);

/// What a command has told about itself, for the case that it cannot any more.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Facts>>, CancelToken);

#[derive(Default)]
struct Facts {
    submitting: bool,
    task_id: Option<TaskId>,
}

impl Known {
    /// Stops whoever was given it.
    pub(crate) fn token(&self) -> &CancelToken {
        &self.1
    }

    /// From here on a submission may be out.
    pub(crate) fn submitting(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).submitting = true;
    }

    /// This task was accepted.
    pub(crate) fn accepted(&self, task_id: &TaskId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).task_id = Some(task_id.clone());
    }

    fn error(&self) -> Error {
        let facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &facts.task_id {
            Some(task_id) => {
                Error::new(ErrorKind::Cancelled, Billed::Yes, "stopped; the task goes on").about(task_id)
            }
            None if facts.submitting => {
                Error::new(ErrorKind::Cancelled, Billed::Maybe, "stopped while the submission was on its way")
            }
            None => Error::unsent(ErrorKind::Cancelled, "stopped before anything was sent"),
        }
    }
}

/// How a command ended.
pub(crate) enum Ended {
    Done,
    Failed(Failure),
}

/// Runs a command on a thread of its own, so that even one that cannot be interrupted (in a name
/// look-up, say) lets go of the terminal.
pub(crate) fn run(
    output: &Output,
    command: impl FnOnce(Known) -> Result<(), Failure> + Send + 'static,
) -> Ended {
    let known = Known::default();
    let (report, reports) = mpsc::channel();
    let (token, stopped) = (known.token().clone(), report.clone());
    let handler = ctrlc::set_handler(move || {
        // Nobody listens any more: the second Ctrl-C finds a command that is ending.
        if token.is_cancelled() || stopped.send(None).is_err() {
            #[expect(clippy::exit, reason = "the user asked twice")]
            std::process::exit(130);
        }
        token.cancel();
    });
    if let Err(error) = handler {
        output.note(&format!("warning: Ctrl-C cannot be handled gracefully: {error}"));
    }
    let worker = known.clone();
    thread::spawn(move || {
        let result = command(worker);
        // The receiver is gone if the user did not want to wait.
        drop(report.send(Some(result)));
    });
    await_end(&reports, &known)
}

fn await_end(reports: &Receiver<Option<Result<(), Failure>>>, known: &Known) -> Ended {
    let result = match reports.recv() {
        Ok(Some(result)) => Ok(Some(result)),
        Ok(None) => reports.recv_timeout(GRACE),
        Err(_) => Err(RecvTimeoutError::Disconnected),
    };
    match result {
        Ok(Some(Ok(()))) => Ended::Done,
        Ok(Some(Err(failure))) => Ended::Failed(failure),
        Ok(None) | Err(_) => Ended::Failed(Failure::from(known.error())),
    }
}
