//! The command that goes on after an error.

use std::path::Path;

use zoomout::{ApiError, Billed, Error, ErrorKind};

use crate::args::Global;
use crate::output::Failure;

/// What a command was about, as far as the next one needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Advice<'a> {
    pub(crate) global: &'a Global,
    /// The picture that was to be zoomed.
    pub(crate) parent: Option<&'a str>,
    /// Where the picture was to go.
    pub(crate) output: Option<&'a Path>,
}

impl Advice<'_> {
    /// The error with the command that goes on from there, if there is one.
    pub(crate) fn on(self, error: Error) -> Failure {
        let command = self.command(&error);
        Failure::new(error, command)
    }

    fn command(self, error: &Error) -> Option<String> {
        if let (true, Some(parent)) = (error.api().is_some_and(ApiError::is_parent_not_upscaled), self.parent)
        {
            return Some(self.line(&["upscale", parent, "--index", "1"]));
        }
        // A task inside an emulator that is about to end cannot be waited for.
        if self.global.emulator {
            return None;
        }
        let goes_on = match error.kind() {
            ErrorKind::Deadline | ErrorKind::Cancelled => true,
            ErrorKind::Transport | ErrorKind::Storage | ErrorKind::Protocol | ErrorKind::Refused => {
                error.billed() == Billed::Yes
            }
            _ => false,
        };
        let task_id = error.task_id().filter(|_| goes_on)?.as_str();
        let output = self.output.map(|path| path.to_string_lossy());
        Some(match &output {
            Some(path) => self.line(&["wait", task_id, "-o", path]),
            None => self.line(&["wait", task_id]),
        })
    }

    /// A command that can be pasted into a shell.
    fn line(self, words: &[&str]) -> String {
        let mut line = vec!["zoomout"];
        if self.global.emulator {
            line.push("--emulator");
        }
        if let Some(url) = &self.global.base_url {
            line.extend(["--base-url", url]);
        }
        line.extend(words);
        shlex::try_join(line.iter().copied()).unwrap_or_else(|_| line.join(" "))
    }
}
