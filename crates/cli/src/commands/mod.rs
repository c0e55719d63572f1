//! The commands, one a file.

mod buttons;
mod completions;
mod demo;
mod dry_run;
mod emulator;
mod many;
mod submit;
mod task;
mod wait;

use crate::args::{Args, Command};
use crate::interrupt::Known;
use crate::output::{Failure, Output};
use emulator::Served;

/// Runs the command that the arguments name.
pub(crate) fn run(args: Args, output: &Output, known: &Known) -> Result<(), Failure> {
    let global = &args.global;
    match args.command {
        Command::Demo { out } => demo::run(global, output, known, &out),
        Command::Zoom(zoom) => submit::zoom(global, output, known, zoom),
        Command::Upscale(upscale) => submit::upscale(global, output, known, upscale),
        Command::Wait { task_id, output: path } => wait::run(global, output, known, task_id, path.as_deref()),
        Command::Task { task_id } => task::run(global, output, known, task_id),
        Command::Buttons { task_id } => buttons::run(global, output, known, task_id),
        Command::Emulator { port, latency, faults } => {
            emulator::run(global, output, known, &Served { port, latency, faults })
        }
        Command::Completions { shell } => completions::run(shell),
    }
}
