//! `zoom` with several pictures: one display, results as they come, and the first failure's exit code.

use std::collections::HashSet;

use serde_json::{Value, json};
use zoomout::{Error, Finished, Order};

use super::{dry_run, task};
use crate::args::Submission;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::fit;
use crate::json::{self, Terms};
use crate::progress::Crowd;
use crate::session::{Session, Tools};

/// One of the pictures: its parent, and what is to be done to it.
pub(crate) struct Item {
    pub(crate) parent: String,
    pub(crate) order: Order,
}

impl Item {
    fn terms(&self) -> Terms {
        Terms::of(&self.order.action)
    }
}

pub(crate) fn run(tools: &Tools<'_>, items: &[Item], args: Submission) -> Result<(), Failure> {
    let &Tools { global, output, .. } = tools;
    no_parent_twice(items)?;
    if args.dry_run {
        return items.iter().try_for_each(|item| dry_run::run(global, output, item.order.action.clone()));
    }
    let destination = Destination::new(args.output);
    destination.prepare_for_several()?;
    let session = Session::open(tools)?;
    if let Some(first) = items.first() {
        let (count, key) = (items.len(), first.order.action.billing_key());
        output.tell(&format!("{count} pictures, each billed to {key} once accepted"));
        tools.known.submits(&first.order.action);
    }
    let failure = if args.no_wait {
        submit(tools, &session, items)
    } else {
        zoom(tools, &session, items, &destination)
    };
    output.end_bar();
    failure.map_or(Ok(()), |failure| Err(failure.told()))
}

/// Submits each, and answers the first failure.
fn submit(tools: &Tools<'_>, session: &Session<'_>, items: &[Item]) -> Option<Failure> {
    let mut failures = Vec::new();
    for item in items {
        match session.client.submit(item.order.clone()) {
            Ok(submission) => {
                let object = || with_parent(json::submission(&submission, item.terms()), &item.parent);
                let text = || format!("{}: {}", item.parent, fit::exact(&submission.task_id));
                tools.output.result_of(&submission.task_id, object, text);
            }
            Err(error) => failures.push(tell(tools, session, item, error)),
        }
    }
    failures.into_iter().next()
}

/// Zooms all at once, and answers the first failure.
fn zoom(
    tools: &Tools<'_>,
    session: &Session<'_>,
    items: &[Item],
    destination: &Destination,
) -> Option<Failure> {
    let crowd = Crowd::new(tools.output, tools.known, items.iter().map(|item| item.parent.clone()).collect());
    let observed = crowd.clone();
    let orders: Vec<Order> = items.iter().map(|item| item.order.clone()).collect();
    let many = session.client.zoom_many(orders);
    let mut failures = Vec::new();
    for Finished { index, result, .. } in many.observed_by(move |index, event| observed.show(index, event)) {
        let Some(item) = items.get(index) else { continue };
        let ended = result.and_then(|task| session.save(&task, destination).map(|saved| (task, saved)));
        crowd.finished();
        match ended {
            Ok((task, saved)) => {
                let object = || with_parent(json::task(&task, item.terms(), &saved), &item.parent);
                let text = || format!("{}: {}", item.parent, task::describe(&task, item.terms(), &saved));
                tools.output.result_of(&task.task_id, object, text);
            }
            Err(error) => failures.push(tell(tools, session, item, error)),
        }
    }
    failures.into_iter().next()
}

/// Tells of a failure at once.
fn tell(tools: &Tools<'_>, session: &Session<'_>, item: &Item, error: Error) -> Failure {
    let failure = tools.known.failure(session.settled(&item.order.action, error), Some(&item.parent));
    tools.output.tell_failure(&failure, Some(&item.parent));
    failure
}

/// A picture named twice would be paid twice.
fn no_parent_twice(items: &[Item]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match items.iter().find(|item| !seen.insert(item.parent.as_str())) {
        Some(twice) => Err(Error::invalid("task_id", format_args!("{} is named twice", twice.parent))),
        None => Ok(()),
    }
}

fn with_parent(mut object: Value, parent: &str) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert("parent".to_owned(), json!(parent));
    }
    object
}
