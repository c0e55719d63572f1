//! `task`: one look; and how any task is shown.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use zoomout::{Task, TaskId};

use crate::destination::Destination;
use crate::failure::Failure;
use crate::fit;
use crate::json::{self, Terms};
use crate::session::{Session, Tools};

pub(crate) fn run(tools: &Tools<'_>, task_id: String) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    let task = Session::open(tools)?.client.task(&task_id)?;
    let terms = Terms::default();
    tools.output.result(|| json::task(&task, terms, &[]), || describe(&task, terms, &[]));
    Ok(())
}

/// Saves the pictures of a finished task if that was asked for, and shows it.
pub(crate) fn finish(
    tools: &Tools<'_>,
    session: &Session<'_>,
    task: &Task,
    terms: Terms,
    destination: &Destination,
) -> Result<(), Failure> {
    tools.known.saw(task);
    let saved = session.save(task, destination).map_err(|error| tools.known.failure(error, None))?;
    let object = || json::task(task, terms, &saved);
    tools.output.result_of(&task.task_id, object, || describe(task, terms, &saved));
    Ok(())
}

/// A task for a person.
pub(crate) fn describe(task: &Task, terms: Terms, saved: &[PathBuf]) -> String {
    let mut text = format!("{}: {}", fit::exact(&task.task_id), fit::words(&task.status));
    if let Some(percent) = task.progress.filter(|_| !task.status.is_final()) {
        let _ = write!(text, " {percent}%");
    }
    if let Some(tier) = terms.tier {
        let _ = write!(text, ", {tier}");
    }
    if let Some(cost) = task.cost {
        let _ = write!(text, ", {cost} USD");
    }
    if let Some(error) = &task.error {
        let _ = write!(text, "\nreason: {}", fit::words(&error.message));
    }
    for path in saved {
        let _ = write!(text, "\nsaved: {}", fit::exact(path.display()));
    }
    if saved.is_empty() {
        for image in &task.images {
            let _ = write!(text, "\npicture: {}{}", fit::exact(&image.url), expiry(image.expires_at));
        }
        if let Some(url) = &task.grid_image_url {
            let _ = write!(text, "\ngrid: {}", fit::exact(url));
        }
    }
    text
}

fn expiry(expires_at: Option<u64>) -> String {
    let moment = expires_at.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    // Beyond the year 9999 there is no such date.
    let dated = moment
        .filter(|moment| moment.duration_since(UNIX_EPOCH).is_ok_and(|age| age.as_secs() < 253_402_300_800));
    dated.map_or_else(String::new, |moment| format!(" (until {})", httpdate::fmt_http_date(moment)))
}
