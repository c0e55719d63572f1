//! The commands, one a file.

mod batch;
mod buttons;
mod collect;
mod completions;
mod demo;
mod dry_run;
mod emulator;
mod ledger;
mod man;
mod many;
mod submit;
mod task;
mod wait;

use crate::args::Command;
use crate::failure::Failure;
use crate::session::Tools;
use emulator::Served;

/// Runs the command that the arguments name.
pub(crate) fn run(tools: &Tools<'_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo { out } => demo::run(tools, &out),
        Command::Zoom(zoom) => submit::zoom(tools, zoom),
        Command::Upscale(upscale) => submit::upscale(tools, upscale),
        Command::Wait { task_id, output } => wait::run(tools, task_id, output),
        Command::Batch(args) => batch::run(tools, &args),
        Command::Collect { output } => collect::run(tools, &output),
        Command::Ledger(command) => ledger::run(tools, command),
        Command::Task { task_id } => task::run(tools, task_id),
        Command::Buttons { task_id } => buttons::run(tools, task_id),
        Command::Emulator { port, latency, faults } => {
            emulator::run(tools, &Served { port, latency, faults })
        }
        Command::Completions { shell } => {
            completions::run(tools.output, shell);
            Ok(())
        }
        Command::Man { command } => man::run(tools, command.as_deref()),
    }
}
