//! `wait`: goes on with a task that was submitted before.

use std::path::Path;

use zoomout::{TaskId, check_target};

use super::task;
use crate::advice::Advice;
use crate::args::Global;
use crate::interrupt::Known;
use crate::json::Terms;
use crate::output::{Failure, Output};
use crate::session::Session;

pub(crate) fn run(
    global: &Global,
    output: &Output,
    known: &Known,
    task_id: String,
    path: Option<&Path>,
) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    if let Some(path) = path {
        check_target(path)?;
    }
    let session = Session::open(global, output, known)?;
    known.accepted(&task_id);
    let advice = Advice { global, parent: None, output: path };
    let finished = session.client.wait(&task_id).map_err(|error| advice.on(error))?;
    task::finish(&session.client, output, &finished, Terms::default(), path, advice)
}
