//! `completions`: for the user's shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::output::{Failure, Output};

pub(crate) fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "zoomout", &mut script);
    Output::line(String::from_utf8_lossy(&script).trim_end())
}
