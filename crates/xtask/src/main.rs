//! The developer commands of zoomout: `cargo xtask COMMAND`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stderr, reason = "a developer's command talks to its developer")]

mod chromium;
mod crash;
mod demo;
mod features;
mod floors;
mod fuzz;
mod known;
mod lint;
mod model;
mod node;
mod python;
mod release;
mod step;
mod test;
#[cfg(test)]
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use step::Failed;

/// Developer commands of zoomout. Each one installs what it needs, given Rust, Python 3.10+ and Node 20+.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the release command and run its demo: three pictures, no network, no key, no cost.
    Demo {
        /// The folder that receives the pictures.
        #[arg(long, default_value = "zoomout-demo")]
        out: PathBuf,
    },
    /// Run every test of every language; this is what CI runs.
    Test(test::Parts),
    /// Try how the threads of a client interleave, thousands of times; part of the Rust tests.
    Model,
    /// Check format, lints, types and docs in every language.
    Lint,
    /// Simulate a million zooms in bad weather, and what they cost with other policies.
    Simulate {
        /// Passed on: --zooms N, --seed N.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Drive ten thousand zooms at once, and show what that takes.
    Scale {
        /// Passed on: --zooms N, --latency MILLISECONDS, --requests N.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Kill a batch of three thousand rows sixty times, and hold the ledger against the bill.
    Crash,
    /// Fuzz a target (a folder of fuzz/corpus) with libFuzzer; needs a C++ compiler.
    Fuzz {
        /// Which one.
        target: String,
        /// For how long.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Run the Python tests alone.
    Py,
    /// Run the Node tests alone.
    Node,
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Demo { out } => demo::run(&out),
        Command::Test(parts) => test::run(&parts),
        Command::Model => model::run(),
        Command::Lint => lint::run(),
        Command::Simulate { args } => release::run("simulate", &args),
        Command::Scale { args } => release::run("scale", &args),
        Command::Crash => crash::run(),
        Command::Fuzz { target, seconds } => fuzz::run(&target, seconds),
        Command::Py => python::test(),
        Command::Node => node::test(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(what)) => {
            eprintln!("\nfailed: {what}");
            ExitCode::FAILURE
        }
    }
}
