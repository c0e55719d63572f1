//! `task`: one look; and how any task is shown.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use zoomout::{Client, Task, TaskId};

use crate::advice::Advice;
use crate::args::Global;
use crate::interrupt::Known;
use crate::json::{self, Terms};
use crate::output::{Failure, Output};
use crate::session::Session;

pub(crate) fn run(global: &Global, output: &Output, known: &Known, task_id: String) -> Result<(), Failure> {
    let task_id = TaskId::new(task_id)?;
    let session = Session::open(global, output, known)?;
    let task = session.client.task(&task_id)?;
    output.result(|| json::task(&task, Terms::default(), &[]), || describe(&task, Terms::default(), &[]))
}

/// Saves the pictures of a finished task if that was asked for, and shows it.
pub(crate) fn finish(
    client: &Client,
    output: &Output,
    task: &Task,
    terms: Terms,
    path: Option<&Path>,
    advice: Advice<'_>,
) -> Result<(), Failure> {
    let saved = match path {
        Some(path) => client.download(task, path).map_err(|error| advice.on(error))?,
        None => Vec::new(),
    };
    output.result(|| json::task(task, terms, &saved), || describe(task, terms, &saved))
}

/// A task for a person.
pub(crate) fn describe(task: &Task, terms: Terms, saved: &[PathBuf]) -> String {
    let mut text = format!("{}: {}", task.task_id, task.status);
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
        let _ = write!(text, "\nreason: {}", error.message);
    }
    for path in saved {
        let _ = write!(text, "\nsaved: {}", path.display());
    }
    if saved.is_empty() {
        for image in &task.images {
            let _ = write!(text, "\npicture: {}{}", image.url, expiry(image.expires_at));
        }
        if let Some(url) = &task.grid_image_url {
            let _ = write!(text, "\ngrid: {url}");
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
