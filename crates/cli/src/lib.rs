//! The `zoomout` command as a library, so that the Python and Node packages can run the very same one.
#![forbid(unsafe_code)]

mod again;
mod args;
mod batch;
mod commands;
mod destination;
mod exit;
mod failure;
mod fields;
mod fit;
mod interrupt;
mod json;
mod known;
mod ledger;
mod output;
mod progress;
mod secret;
mod sending;
mod session;
mod signals;
mod trace;

use std::ffi::OsString;

use clap::Parser;

use crate::again::Again;
use crate::args::Args;
use crate::known::Known;
use crate::output::Output;
use crate::session::Tools;

/// Runs the command with these arguments, the first of which is its own name, and answers its exit code.
///
/// Results go to stdout, everything else to stderr. The exit code is 0 for done and otherwise tells the
/// kind of error, as listed in the README. From here on Ctrl-C is the command's own; a handler
/// that the process already has for it is called, too.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = match Args::try_parse_from(&args) {
        Ok(parsed) => parsed,
        Err(usage) => return output::usage(&usage, args.iter().any(|arg| arg == "--json")),
    };
    let known = Known::new(Again::of(&parsed));
    let output = Output::new(parsed.global.json, parsed.global.quiet, known.clone());
    interrupt::run(&output, &known, {
        let (output, known) = (output.clone(), known.clone());
        move |stop| {
            let Args { global, command } = parsed;
            commands::run(&Tools { global: &global, output: &output, known: &known, stop }, command)
        }
    })
}
