//! One step of a command: a program that is run, and named if it fails.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What failed, and the command that repeats just that.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) String);

/// A program about to be run from the root of the repository.
pub(crate) struct Step {
    shown: String,
    command: Command,
}

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(root());
        Self { shown: program.as_ref().to_string_lossy().into_owned(), command }
    }

    /// The cargo that runs this command.
    pub(crate) fn cargo() -> Self {
        let mut step = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        "cargo".clone_into(&mut step.shown);
        step
    }

    /// `npm`, under the name that the system gives it.
    pub(crate) fn npm() -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        for arg in args {
            let text = arg.as_ref().to_string_lossy();
            let quote = if text.contains(' ') { "'" } else { "" };
            // Writing to a string does not fail.
            let _ = write!(self.shown, " {quote}{text}{quote}");
            self.command.arg(arg);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.shown = format!("{name}='{value}' {}", self.shown);
        self.command.env(name, value);
        self
    }

    /// What its commands submit is not kept among the developer's own.
    pub(crate) fn with_its_own_ledger(mut self) -> Self {
        self.command.env("ZOOMOUT_LEDGER", root().join("target/tmp/ledger-of-tests.db"));
        self
    }

    /// Runs it with its output on the screen.
    pub(crate) fn run(mut self) -> Result<(), Failed> {
        eprintln!("\n$ {}", self.shown);
        match self.command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failed(format!("{} ({status})", self.shown))),
            Err(error) => Err(Failed(format!("{} could not be started: {error}", self.shown))),
        }
    }

    /// Whether it can be run and likes it, without a word.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.output().is_ok_and(|output| output.status.success())
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or_else(|| Path::new(".")).to_owned()
}
