//! `zoom` and `upscale`: the commands that cost money.

use std::path::PathBuf;

use zoomout::{Action, Submission, check_target};

use super::many::{self, Item};
use super::{dry_run, task};
use crate::advice::Advice;
use crate::args::{self, Global};
use crate::interrupt::Known;
use crate::json::{self, Terms};
use crate::output::{Failure, Output};
use crate::session::Session;

pub(crate) fn zoom(global: &Global, output: &Output, known: &Known, args: args::Zoom) -> Result<(), Failure> {
    let args::Zoom { task_ids, fields, submission } = args;
    let item = |parent: String| fields.action(&parent).map(|action| Item { parent, action });
    let mut items: Vec<Item> = task_ids.into_iter().map(item).collect::<Result<_, _>>()?;
    match items.pop() {
        Some(item) if items.is_empty() => submit(global, output, known, item, submission),
        last => many::run(global, output, known, items.into_iter().chain(last).collect(), &submission),
    }
}

pub(crate) fn upscale(
    global: &Global,
    output: &Output,
    known: &Known,
    args: args::Upscale,
) -> Result<(), Failure> {
    let args::Upscale { task_id, fields, submission } = args;
    let action = fields.action(&task_id)?;
    submit(global, output, known, Item { parent: task_id, action }, submission)
}

fn submit(
    global: &Global,
    output: &Output,
    known: &Known,
    item: Item,
    args: args::Submission,
) -> Result<(), Failure> {
    let Item { parent, action } = item;
    let terms = Terms::of(&action);
    if args.dry_run {
        return dry_run::run(global, output, action);
    }
    // A typing error in a path must show before money is spent.
    if let Some(path) = &args.output {
        check_target(path)?;
    }
    let path: Option<PathBuf> = args.output;
    let advice = Advice { global, parent: Some(&parent), output: path.as_deref() };
    let session = Session::open(global, output, known)?;
    let client = &session.client;
    output.tell(&announcement(&parent, &action));
    known.submitting();
    if args.no_wait {
        let submission = client.submit(action).map_err(|error| advice.on(error))?;
        return output.result(|| json::submission(&submission, terms), || describe(&submission));
    }
    let finished = client.run(action).map_err(|error| advice.on(error))?;
    task::finish(client, output, &finished, terms, path.as_deref(), advice)
}

fn announcement(parent: &str, action: &Action) -> String {
    let what = match action.tier() {
        Some(tier) => tier.to_string(),
        None => format!("The {}", action.spec().noun),
    };
    format!("{what} of {parent}, billed to {} once accepted", action.billing_key())
}

fn describe(submission: &Submission) -> String {
    format!("{}\nstatus: {}", submission.task_id, submission.status)
}
