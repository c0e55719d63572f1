//! What is printed: results on stdout, everything else on stderr.

use std::fmt::Write as _;
use std::io::{self, ErrorKind as IoErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;
use serde_json::{Value, json};
use zoomout::{Billed, Error, ErrorKind, Invalid, TaskId};

use crate::exit;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Option<Error>,
    /// The command that goes on from here.
    pub(crate) command: Option<String>,
    /// Whether the user has been told, so that only the exit code is left.
    told: bool,
}

impl Failure {
    /// The reader of stdout has gone: nobody is left to talk to, and nothing is wrong.
    const fn nobody_listens() -> Self {
        Self { error: None, command: None, told: false }
    }

    /// An error, and the command that goes on from there.
    pub(crate) const fn new(error: Error, command: Option<String>) -> Self {
        Self { error: Some(error), command, told: false }
    }

    /// The same, now that the user has been told.
    pub(crate) fn told(self) -> Self {
        Self { told: true, ..self }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Error::from(invalid).into()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error, None)
    }
}

/// The two streams of a command.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// The bar that must step aside for a line.
    bar: Arc<Mutex<Option<ProgressBar>>>,
}

impl Output {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, bar: Arc::default() }
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

    /// Prints a result: this object if JSON is wanted, else this text.
    pub(crate) fn result(
        &self,
        object: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let text = if self.json { object().to_string() } else { text() };
        Self::line(&text)
    }

    /// Prints a line on stdout.
    pub(crate) fn line(text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        written.map_err(|error| match error.kind() {
            IoErrorKind::BrokenPipe => Failure::nobody_listens(),
            _ => {
                Error::unsent(ErrorKind::Storage, "the result could not be printed").caused_by(&error).into()
            }
        })
    }

    /// Tells something beside the results, unless the user wants quiet.
    pub(crate) fn tell(&self, text: &str) {
        if !self.quiet {
            self.note(text);
        }
    }

    /// Prints a line on stderr. If that is gone, there is nobody to tell.
    pub(crate) fn note(&self, text: &str) {
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Prints why the command failed, unless that was told before, and says with which code it ends.
    pub(crate) fn failure(&self, failure: &Failure) -> u8 {
        let Some(error) = &failure.error else { return 0 };
        self.end_bar();
        if !failure.told {
            self.tell_failure(failure, None);
        }
        exit::code(error.kind())
    }

    /// Prints why something failed, what it cost and what to do next. Where there are several, `parent` says
    /// which.
    pub(crate) fn tell_failure(&self, failure: &Failure, parent: Option<&str>) {
        let Some(error) = &failure.error else { return };
        let command = failure.command.as_deref();
        if !self.json {
            let which = parent.map(|parent| format!("{parent}: ")).unwrap_or_default();
            return self.note(&format!("{which}{}", describe(error, command)));
        }
        let mut object = json!({ "error": error });
        if let Some(members) = object.pointer_mut("/error").and_then(Value::as_object_mut) {
            for (name, value) in [("next_command", command), ("parent", parent)] {
                if let Some(value) = value {
                    members.insert(name.to_owned(), json!(value));
                }
            }
        }
        // If stdout is gone, the exit code still tells.
        drop(Self::line(&object.to_string()));
    }
}

/// The error for a person: what happened, what it cost, what to do.
fn describe(error: &Error, command: Option<&str>) -> String {
    let mut text = format!("error: {error}");
    if let Some(cause) = error.cause().filter(|cause| !cause.is_empty()) {
        let _ = write!(text, ": {cause}");
    }
    let wait = error.retry_after().map(|wait| format!("{} s, says the server", wait.as_secs()));
    for (name, value) in [
        ("billed:", Some(error.billed().as_str())),
        ("task:", error.task_id().map(TaskId::as_str)),
        ("request:", error.request_id()),
        ("wait:", wait.as_deref()),
        ("next:", Some(error.next_step())),
        ("", command),
    ] {
        if let Some(value) = value {
            let _ = write!(text, "\n  {name:<9}{value}");
        }
    }
    text
}

/// Prints what clap has to say about the arguments.
pub(crate) fn usage(usage: &clap::Error, json: bool) -> u8 {
    if json && usage.use_stderr() {
        let text = usage.render().to_string();
        // The first paragraph is the problem; the rest is help.
        let problem: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let problem = problem.join(" ");
        let problem = problem.trim_start_matches("error: ");
        return Output::new(true, true)
            .failure(&Error::invalid("arguments", format_args!("cannot be used: {problem}")).into());
    }
    // If the stream is gone, there is nobody to tell.
    drop(usage.print());
    u8::try_from(usage.exit_code()).unwrap_or(2)
}
