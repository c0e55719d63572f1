//! `zoom` with several pictures: one display, results as they come, and the first failure's exit code.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use zoomout::{Action, Error, Finished, Task, check_target};

use super::{dry_run, task};
use crate::advice::Advice;
use crate::args::{Global, Submission};
use crate::interrupt::Known;
use crate::json::{self, Terms};
use crate::output::{Failure, Output};
use crate::progress::Crowd;
use crate::session::Session;

/// One of the pictures: its parent, and what is to be done to it.
pub(crate) struct Item {
    pub(crate) parent: String,
    pub(crate) action: Action,
}

impl Item {
    fn terms(&self) -> Terms {
        Terms::of(&self.action)
    }
}

pub(crate) fn run(
    global: &Global,
    output: &Output,
    known: &Known,
    items: Vec<Item>,
    args: &Submission,
) -> Result<(), Failure> {
    no_parent_twice(&items)?;
    if args.dry_run {
        return items.into_iter().try_for_each(|item| dry_run::run(global, output, item.action));
    }
    let folder = args.output.as_deref();
    if let Some(folder) = folder {
        check_folder(folder)?;
    }
    let session = Session::open(global, output, known)?;
    if let Some(first) = items.first() {
        let (count, key) = (items.len(), first.action.billing_key());
        output.tell(&format!("{count} pictures, each billed to {key} once accepted"));
    }
    known.submitting();
    let crowd = Crowd::new(output, items.iter().map(|item| item.parent.clone()).collect());
    let mut failure = None;
    let mut keep = |failed: Failure| failure = failure.take().or(Some(failed));
    if args.no_wait {
        for item in &items {
            let advice = Advice { global, parent: Some(&item.parent), output: None };
            match session.client.submit(item.action.clone()) {
                Ok(submission) => {
                    let object = || with_parent(json::submission(&submission, item.terms()), &item.parent);
                    output.result(object, || format!("{}: {}", item.parent, submission.task_id))?;
                }
                Err(error) => keep(tell(output, &item.parent, advice.on(error))),
            }
        }
        return end(output, failure);
    }
    let observed = crowd.clone();
    let actions: Vec<Action> = items.iter().map(|item| item.action.clone()).collect();
    let many = session.client.zoom_many(actions).observed_by(move |index, event| observed.show(index, event));
    for Finished { index, result, .. } in many {
        let Some(item) = items.get(index) else { continue };
        let advice = Advice { global, parent: Some(&item.parent), output: folder };
        let ended = result.and_then(|task| saved(&session, &task, folder).map(|saved| (task, saved)));
        crowd.finished();
        match ended {
            Ok((task, saved)) => {
                let object = || with_parent(json::task(&task, item.terms(), &saved), &item.parent);
                output.result(object, || {
                    format!("{}: {}", item.parent, task::describe(&task, item.terms(), &saved))
                })?;
            }
            Err(error) => keep(tell(output, &item.parent, advice.on(error))),
        }
    }
    end(output, failure)
}

/// A picture named twice would be paid twice.
fn no_parent_twice(items: &[Item]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match items.iter().find(|item| !seen.insert(item.parent.as_str())) {
        Some(twice) => Err(Error::invalid("task_id", format_args!("{} is named twice", twice.parent))),
        None => Ok(()),
    }
}

/// Several pictures cannot go into one file.
fn check_folder(folder: &Path) -> Result<(), Error> {
    let slash = folder.as_os_str().as_encoded_bytes().last().is_some_and(|end| matches!(end, b'/' | b'\\'));
    if !folder.is_dir() && !slash {
        let problem = format_args!("must be a folder for several pictures: {}/", folder.display());
        return Err(Error::invalid("output", problem));
    }
    check_target(folder)
}

fn saved(session: &Session, task: &Task, folder: Option<&Path>) -> Result<Vec<std::path::PathBuf>, Error> {
    folder.map_or_else(|| Ok(Vec::new()), |folder| session.client.download(task, folder))
}

/// Tells of a failure at once, and hands on only that there was one.
fn tell(output: &Output, parent: &str, failure: Failure) -> Failure {
    output.tell_failure(&failure, Some(parent));
    failure
}

fn end(output: &Output, failure: Option<Failure>) -> Result<(), Failure> {
    output.end_bar();
    match failure {
        Some(failure) => Err(failure.told()),
        None => Ok(()),
    }
}

fn with_parent(mut object: Value, parent: &str) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert("parent".to_owned(), json!(parent));
    }
    object
}
