//! What is printed: results on stdout, everything else on stderr. Printing decides nothing: a result that cannot be
//! printed is remembered until the command ends, and the work goes on.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;
use serde_json::Value;
use zoomout::{Billed, Error, TaskId};

use crate::exit;
use crate::failure::Failure;
use crate::fit;
use crate::known::Known;

/// The two streams of a command.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    known: Known,
    /// The bar that must step aside for a line.
    bar: Arc<Mutex<Option<ProgressBar>>>,
    stdout: Arc<Mutex<Stdout>>,
}

/// What stdout is for.
#[derive(Debug)]
enum Stdout {
    Results,
    /// A picture, so that everything else goes to stderr.
    Picture,
    /// Nothing any more.
    Lost(io::Error),
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool, known: Known) -> Self {
        Self { json, quiet, known, bar: Arc::default(), stdout: Arc::new(Mutex::new(Stdout::Results)) }
    }

    /// From here on lines are printed above this bar.
    pub(crate) fn use_bar(&self, bar: ProgressBar) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    pub(crate) fn end_bar(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    /// From here on stdout is for a picture.
    pub(crate) fn keep_stdout_for_a_picture(&self) {
        *self.stdout() = Stdout::Picture;
    }

    /// Prints a result: this object if JSON is wanted, else this text. Answers whether the user has it.
    pub(crate) fn result(&self, object: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> bool {
        let text = if self.json { fit::json(&object()) } else { fit::lines(&text()) };
        self.print(&text)
    }

    /// Prints a result that is about a task: with it, the user has all there is of this one.
    pub(crate) fn result_of(
        &self,
        task_id: &TaskId,
        object: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) {
        if self.result(object, text) {
            self.known.handed_over(task_id);
        }
    }

    /// Prints a text of our own as it is, on stdout.
    pub(crate) fn print(&self, text: &str) -> bool {
        let mut stdout = self.stdout();
        let is_first = matches!(*stdout, Stdout::Results);
        match &*stdout {
            Stdout::Results => match write(format!("{text}\n").as_bytes()) {
                Ok(()) => return true,
                Err(error) => *stdout = Stdout::Lost(error),
            },
            Stdout::Picture => {
                drop(stdout);
                self.tell(text);
                return true;
            }
            Stdout::Lost(_) => {}
        }
        drop(stdout);
        self.rescue(text, is_first);
        false
    }

    /// Tells on stderr what stdout did not take, unless nobody paid for it, so that it can be had again.
    fn rescue(&self, text: &str, is_first: bool) {
        if self.known.billed() == Billed::No {
            return;
        }
        if is_first && self.quiet {
            self.known.tasks().iter().for_each(|task_id| self.accepted(task_id));
        }
        self.note(text);
    }

    /// Writes a picture to stdout.
    pub(crate) fn picture(bytes: &[u8]) -> io::Result<()> {
        // Nothing else is written there any more; and whoever reports of a stop must not wait for a reader.
        write(bytes)
    }

    /// Whether results cannot be printed, and why.
    pub(crate) fn lost<T>(&self, with: impl FnOnce(&io::Error) -> T) -> Option<T> {
        match &*self.stdout() {
            Stdout::Lost(error) => Some(with(error)),
            Stdout::Results | Stdout::Picture => None,
        }
    }

    /// Names a task that was accepted, unless the user wants quiet and will read of it on stdout.
    pub(crate) fn accepted(&self, task_id: &TaskId) {
        if !self.quiet || self.lost(|_| ()).is_some() {
            self.note(&format!("accepted: {}", fit::exact(task_id)));
        }
    }

    /// Tells something beside the results, unless the user wants quiet.
    pub(crate) fn tell(&self, text: &str) {
        if !self.quiet {
            self.note(text);
        }
    }

    /// Prints a line on stderr. If that is gone, there is nobody to tell.
    pub(crate) fn note(&self, text: &str) {
        let text = fit::lines(text);
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Prints why something failed, what it cost and what to do next. Where there are several, `parent` says
    /// which.
    pub(crate) fn tell_failure(&self, failure: &Failure, parent: Option<&str>) {
        if !self.json {
            return self.note(&failure.describe(parent));
        }
        let object = fit::json(&failure.object(parent));
        let is_printed =
            matches!(*self.stdout(), Stdout::Results) && write(format!("{object}\n").as_bytes()).is_ok();
        if !is_printed {
            self.note(&object);
        }
    }

    /// Tells whatever is still to be told, and answers the exit code.
    pub(crate) fn end(&self, result: Result<(), Failure>) -> u8 {
        self.end_bar();
        let unprinted = self.lost(|error| self.known.unprinted(error)).flatten();
        let failures = result.err().into_iter().chain(unprinted);
        failures.fold(0, |code, failure| {
            if !failure.is_told {
                self.tell_failure(&failure, None);
            }
            if code == 0 { exit::code(failure.error.kind()) } else { code }
        })
    }

    fn stdout(&self) -> MutexGuard<'_, Stdout> {
        self.stdout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = stdout()?;
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Stdout as it is: the one of the standard library takes what nobody can write for written.
#[cfg(unix)]
fn stdout() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    Ok(std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(not(unix))]
fn stdout() -> io::Result<impl Write> {
    Ok(io::stdout())
}

/// Prints what clap has to say about the arguments.
pub(crate) fn usage(usage: &clap::Error, json: bool) -> u8 {
    if json && usage.use_stderr() {
        let text = usage.render().to_string();
        // The first paragraph is the problem; the rest is help.
        let problem: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let problem = problem.join(" ");
        let problem = problem.trim_start_matches("error: ");
        let error = Error::invalid("arguments", format_args!("cannot be used: {problem}"));
        return Output::new(true, true, Known::default()).end(Err(error.into()));
    }
    // If the stream is gone, there is nobody to tell.
    drop(usage.print());
    u8::try_from(usage.exit_code()).unwrap_or(2)
}
