//! The `zoomout` command as a library, so that the Python and Node packages can run the very same one.
#![forbid(unsafe_code)]

mod advice;
mod args;
mod commands;
mod exit;
mod fields;
mod interrupt;
mod json;
mod output;
mod progress;
mod session;
mod trace;

use std::ffi::OsString;

use clap::Parser;

use crate::args::Args;
use crate::interrupt::Ended;
use crate::output::Output;

/// Runs the command with these arguments, the first of which is its own name, and answers its exit code.
///
/// Results go to stdout, everything else to stderr. The exit code is 0 for done and otherwise tells the
/// kind of error, as listed in the README. From here on Ctrl-C is the command's own.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = match Args::try_parse_from(&args) {
        Ok(parsed) => parsed,
        Err(usage) => return output::usage(&usage, args.iter().any(|arg| arg == "--json")),
    };
    let output = Output::new(parsed.global.json, parsed.global.quiet);
    let ended = interrupt::run(&output, {
        let output = output.clone();
        move |known| commands::run(parsed, &output, &known)
    });
    match ended {
        Ended::Done => 0,
        Ended::Failed(failure) => output.failure(&failure),
    }
}
