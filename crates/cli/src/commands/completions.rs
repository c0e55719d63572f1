//! `completions`: for the user's shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::output::Output;

pub(crate) fn run(output: &Output, shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "zoomout", &mut script);
    output.print(String::from_utf8_lossy(&script).trim_end());
}
