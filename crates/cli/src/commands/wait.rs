//! `wait`: goes on with a task that was submitted before.

use std::path::PathBuf;

use zoomout::TaskId;

use super::task;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::json::Terms;
use crate::session::{Session, Tools};

pub(crate) fn run(tools: &Tools<'_>, task_id: String, output: Option<PathBuf>) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    let destination = Destination::new(output);
    destination.prepare(tools.output)?;
    let session = Session::open(tools)?;
    tools.known.follows(&task_id);
    let finished = session.client.wait(&task_id).map_err(|error| tools.known.failure(error, None))?;
    task::finish(tools, &session, &finished, Terms::default(), &destination)
}
