//! `buttons`: what can be pressed under a picture.

use std::fmt::Write;

use zoomout::{MidjourneyTask, TaskId};

use crate::failure::Failure;
use crate::fit;
use crate::json;
use crate::session::{Session, Tools};

pub(crate) fn run(tools: &Tools<'_>, task_id: String) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    let task = Session::open(tools)?.client.buttons(&task_id)?;
    tools.output.result(|| json::buttons(&task), || describe(&task));
    Ok(())
}

fn describe(task: &MidjourneyTask) -> String {
    let mut text = format!("{}: {}", fit::exact(&task.task_id), fit::words(&task.status));
    if task.buttons.is_empty() {
        text.push_str(", no buttons");
    }
    let labels: Vec<String> = task.buttons.iter().map(|button| fit::words(&button.label)).collect();
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or_default();
    for (button, label) in task.buttons.iter().zip(&labels) {
        let tier = button.tier().map(|tier| format!("  ({tier})")).unwrap_or_default();
        let _ = write!(text, "\n{label:width$}  {}{tier}", fit::exact(&button.custom_id));
    }
    // Which tile to choose, only the picture tells.
    if let Some(url) = &task.grid_image_url {
        let _ = write!(text, "\ngrid: {}", fit::exact(url));
    }
    text
}
