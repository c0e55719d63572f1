//! Why a command failed, and how that is told.

use std::fmt::Write;

use serde_json::{Value, json};
use zoomout::{Error, Invalid, TaskId};
use zoomout_batch::BadLines;

use crate::fit;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The tasks that the user does not have yet, where they are more than the one in the error.
    pub(crate) tasks: Vec<TaskId>,
    /// The commands that go on from here.
    pub(crate) commands: Vec<String>,
    /// The lines of a file that are wrong.
    pub(crate) lines: Option<BadLines>,
    /// Whether the user has been told, so that only the exit code is left.
    pub(crate) is_told: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, tasks: Vec::new(), commands: Vec::new(), lines: None, is_told: false }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Error::from(invalid).into()
    }
}

impl Failure {
    /// What is wrong with a file, line by line.
    pub(crate) fn of_lines(error: Error, lines: &BadLines) -> Self {
        Self { lines: Some(lines.clone()), ..error.into() }
    }

    /// The same, now that the user has been told.
    pub(crate) fn told(self) -> Self {
        Self { is_told: true, ..self }
    }

    /// For a person: what happened, what it cost, what to do. Where there are several pictures, `parent` says
    /// which.
    pub(crate) fn describe(&self, parent: Option<&str>) -> String {
        let error = &self.error;
        let mut text = parent.map(|parent| format!("{}: ", fit::exact(parent))).unwrap_or_default();
        let message = error.to_string();
        let _ = write!(text, "error: {}", fit::exact(&message));
        // A server's reason is both.
        if let Some(cause) = error.cause().filter(|cause| !message.ends_with(cause)) {
            let _ = write!(text, ": {}", fit::exact(cause));
        }
        if let Some(lines) = &self.lines {
            let _ = write!(text, ": {}", fit::lines(&lines.to_string()));
        }
        let mut line = |name: &str, value: String| {
            let _ = write!(text, "\n  {name:<9}{value}");
        };
        line("billed:", error.billed().to_string());
        for task_id in error.task_id().into_iter().chain(self.other_tasks()) {
            line("task:", fit::exact(task_id));
        }
        if let Some(id) = error.request_id() {
            line("request:", fit::words(id));
        }
        if let Some(wait) = error.retry_after() {
            line("wait:", format!("{} s, says the server", wait.as_secs()));
        }
        line("next:", error.next_step().to_owned());
        for command in &self.commands {
            line("", command.clone());
        }
        text
    }

    /// For a program: the error as everywhere, with the commands.
    pub(crate) fn object(&self, parent: Option<&str>) -> Value {
        let mut object = json!({ "error": self.error });
        let Some(members) = object.pointer_mut("/error").and_then(Value::as_object_mut) else {
            return object;
        };
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        if let Some(parent) = parent {
            add("parent", json!(parent));
        }
        if let Some(lines) = &self.lines {
            add("lines", json!(lines));
        }
        if let Some(first) = self.commands.first() {
            add("next_command", json!(first));
        }
        if self.commands.len() > 1 {
            add("next_commands", json!(self.commands));
        }
        if self.other_tasks().next().is_some() {
            add("task_ids", json!(self.tasks));
        }
        object
    }

    fn other_tasks(&self) -> impl Iterator<Item = &TaskId> {
        self.tasks.iter().filter(|task_id| self.error.task_id() != Some(task_id))
    }
}
