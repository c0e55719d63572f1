//! `man`: the manual, a page for the whole and one for each command.

use clap::CommandFactory;
use clap_mangen::Man;
use zoomout::{Error, ErrorKind};

use crate::args::Args;
use crate::failure::Failure;
use crate::session::Tools;

pub(crate) fn run(tools: &Tools<'_>, name: Option<&str>) -> Result<(), Failure> {
    let mut whole = Args::command();
    whole.build();
    let command = match name {
        None => whole,
        Some(name) => {
            let command = whole.find_subcommand(name).cloned();
            command.ok_or_else(|| Error::invalid("command", format_args!("{name} does not exist")))?
        }
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page).map_err(|error| {
        tools.known.error(ErrorKind::Storage, "the page could not be made").caused_by(&error)
    })?;
    tools.output.print(String::from_utf8_lossy(&page).trim_end());
    Ok(())
}
