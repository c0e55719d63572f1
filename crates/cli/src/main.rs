//! The `zoomout` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    zoomout_cli::main(std::env::args_os()).into()
}
