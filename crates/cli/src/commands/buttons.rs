//! `buttons`: what can be pressed under a picture.

use std::fmt::Write;

use zoomout::{MidjourneyTask, TaskId};

use crate::args::Global;
use crate::interrupt::Known;
use crate::json;
use crate::output::{Failure, Output};
use crate::session::Session;

pub(crate) fn run(global: &Global, output: &Output, known: &Known, task_id: String) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    let session = Session::open(global, output, known)?;
    let task = session.client.buttons(&task_id)?;
    output.result(|| json::buttons(&task), || describe(&task))
}

fn describe(task: &MidjourneyTask) -> String {
    let mut text = format!("{}: {}", task.task_id, task.status);
    if task.buttons.is_empty() {
        text.push_str(", no buttons");
    }
    let width = task.buttons.iter().map(|button| button.label.chars().count()).max().unwrap_or_default();
    for button in &task.buttons {
        let tier = button.tier().map(|tier| format!("  ({tier})")).unwrap_or_default();
        let _ = write!(text, "\n{:width$}  {}{tier}", button.label, button.custom_id);
    }
    text
}
