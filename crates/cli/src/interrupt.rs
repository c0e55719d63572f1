//! Runs a command so that it always ends and always reports: when it is stopped, when it hangs, when it panics.
//!
//! Stopping goes in steps: nothing new is begun, and whatever is free is cut; an answer to a submission is waited for;
//! then the report is printed from what is known. A signal, or the end of a short wait, leads to the next step; no
//! signal skips the report.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use zoomout::{CancelToken, ErrorKind};

use crate::exit;
use crate::failure::Failure;
use crate::known::Known;
use crate::output::Output;
use crate::signals;

/// So long a stopped command may take to say for itself how it ended.
const GRACE: Duration = Duration::from_millis(80);

/// So long it may take to clear away half a picture, on however busy a machine.
const TIDYING: Duration = Duration::from_secs(2);

/// Signals that follow each other faster were no second decision: service managers send several at once.
const AT_ONCE: Duration = Duration::from_millis(100);

/// So long the answer to a submission is waited for: it names the task that was paid for.
const PATIENCE: Duration = Duration::from_secs(5);

enum News {
    /// The user wants it to stop; this would be the exit code.
    Stop(u8),
    Ended(Result<(), Failure>),
    Panicked,
}

/// Runs a command on a thread of its own, so that even one that cannot be interrupted (in a name
/// look-up, say) lets go of the terminal. Answers the exit code.
pub(crate) fn run(
    output: &Output,
    known: &Known,
    command: impl FnOnce(&CancelToken) -> Result<(), Failure> + Send + 'static,
) -> u8 {
    let stop = CancelToken::new();
    let (tell, news) = mpsc::channel();
    let stopped = tell.clone();
    // Nobody listens any more where a command has ended already.
    if let Err(error) = signals::listen(move |code| drop(stopped.send(News::Stop(code)))) {
        output.note(&format!("warning: Ctrl-C cannot be handled gracefully: {error}"));
    }
    let stopping = stop.clone();
    let work = move || {
        let ended = catch_unwind(AssertUnwindSafe(|| command(&stopping)));
        // The receiver is gone if the user did not want to wait.
        drop(tell.send(ended.map_or(News::Panicked, News::Ended)));
    };
    if let Err(error) = thread::Builder::new().name("command".to_owned()).spawn(work) {
        let error = known.error(ErrorKind::Storage, "this machine has no thread left").caused_by(&error);
        return output.end(Err(error.into()));
    }
    let mut watch = Watch {
        output,
        known,
        stop: &stop,
        code: None,
        begun: Instant::now(),
        is_leaving: false,
        until: None,
    };
    let result = watch.end(&news);
    let is_stopped = result.as_ref().is_err_and(|failure| failure.error.kind() == ErrorKind::Cancelled);
    let code = output.end(result);
    match watch.code {
        Some(signalled) if is_stopped && code == exit::code(ErrorKind::Cancelled) => signalled,
        _ => code,
    }
}

struct Watch<'a> {
    output: &'a Output,
    known: &'a Known,
    stop: &'a CancelToken,
    /// The exit code that the first signal asks for, and when that came.
    code: Option<u8>,
    begun: Instant,
    /// No answer is waited for any more.
    is_leaving: bool,
    /// When the next step is due.
    until: Option<Instant>,
}

impl Watch<'_> {
    /// How the command ended.
    fn end(&mut self, news: &Receiver<News>) -> Result<(), Failure> {
        loop {
            let heard = match self.until {
                Some(until) => news.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => news.recv().map_err(RecvTimeoutError::from),
            };
            match heard {
                Ok(News::Ended(result)) => return result,
                Ok(News::Stop(code)) if self.code.is_none() => self.begin(code),
                Ok(News::Stop(_)) if self.begun.elapsed() < AT_ONCE => {}
                Ok(News::Stop(_)) => self.leave(),
                Err(RecvTimeoutError::Timeout) if !self.is_leaving => self.leave(),
                Err(RecvTimeoutError::Timeout) => return Err(self.known.stopped()),
                Ok(News::Panicked) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.known.panicked());
                }
            }
        }
    }

    /// The first step: nothing new is begun.
    fn begin(&mut self, code: u8) {
        self.code = Some(code);
        self.begun = Instant::now();
        self.stop.cancel();
        if self.known.is_sending() {
            let wait = PATIENCE.as_secs();
            self.output.note(&format!(
                "waiting up to {wait} s for the answer to the submission; Ctrl-C again to leave"
            ));
            self.until = Some(Instant::now() + PATIENCE);
        } else {
            self.until = Some(Instant::now() + self.grace());
        }
    }

    /// The second step: nothing is waited for any more. Once is enough, or whoever keeps pressing would wait for ever.
    fn leave(&mut self) {
        if !self.is_leaving {
            self.is_leaving = true;
            self.until = Some(Instant::now() + self.grace());
        }
    }

    fn grace(&self) -> Duration {
        if self.known.is_saving() { TIDYING } else { GRACE }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "that is what is tested")]

    use super::*;

    fn ended(
        command: impl FnOnce(&CancelToken) -> Result<(), Failure> + Send + 'static,
        known: &Known,
    ) -> u8 {
        run(&Output::new(false, true, known.clone()), known, command)
    }

    #[test]
    fn a_panic_ends_the_command() {
        let known = Known::default();
        known.follows(&zoomout::TaskId::new("task_1").unwrap());
        assert_eq!(ended(|_| panic!("this is a test"), &known), 130);
    }
}
