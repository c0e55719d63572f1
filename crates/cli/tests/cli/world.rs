//! An emulator, and a folder with a ledger.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use zoomout_emulator::{Options, Server};

use crate::command::{Ran, command};

/// An emulator, and a folder with a ledger in it, where the command is run.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let options = Options { time_scale: 300.0, picture_side: 24, ..Options::default() };
        Self { server: Server::start(options).unwrap(), folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, about to be run with this ledger.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let global = ["--base-url", self.server.url(), "--time-scale", "300", "--ledger", "ledger.db"];
        let mut command = command(&[&global[..], args].concat());
        command.env("APIMART_API_KEY", "sk-emulator").current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// So many submissions were billed.
    pub(crate) fn bill(&self) -> usize {
        self.server.bill().lines.len()
    }
}

/// The objects on stdout.
pub(crate) fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
