//! Runs the command.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The one object on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Everything that was printed.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// One ledger for all tests that do not care, of this run.
fn ledger() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    folder.join(format!("ledger-{}.db", std::process::id()))
}

/// The command, with nothing of the tester's own environment that concerns it.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoomout"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["APIMART_API_KEY", "APIMART_BASE_URL"] {
        command.env_remove(name);
    }
    // Nor its own ledger.
    command.env("ZOOMOUT_LEDGER", ledger());
    command
}

/// Runs it with these arguments.
pub(crate) fn zoomout(args: &[&str]) -> Ran {
    command(args).output().unwrap().into()
}

/// Runs it against a server of the test's own, in fast time.
pub(crate) fn against(url: &str, args: &[&str]) -> Ran {
    let all: Vec<&str> = ["--base-url", url, "--time-scale", "1000"].iter().chain(args).copied().collect();
    command(&all).env("APIMART_API_KEY", "sk-MARK").output().unwrap().into()
}
