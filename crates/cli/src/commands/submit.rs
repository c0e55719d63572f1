//! `zoom` and `upscale`: the commands that cost money.

use std::path::PathBuf;

use zoomout::{Action, Error, Fields, Metadata, Submission, check_target};

use super::many::{self, Item};
use super::{dry_run, task};
use crate::advice::Advice;
use crate::args::{self, Global};
use crate::interrupt::Known;
use crate::json::{self, Terms};
use crate::output::{Failure, Output};
use crate::session::Session;

pub(crate) fn zoom(global: &Global, output: &Output, known: &Known, args: args::Zoom) -> Result<(), Failure> {
    let args::Zoom { task_ids, zoom_ratio, custom_id, index, submission } = args;
    let shared = Fields { zoom_ratio, custom_id, index, ..fields(&submission)? };
    let item = |parent: String| -> Result<Item, Error> {
        let zoom = Fields { task_id: parent.clone(), ..shared.clone() }.zoom()?;
        let terms = Terms { tier: zoom.tier(), billing_key: Some(zoom.billing_key()) };
        Ok(Item { parent, action: zoom.into(), terms })
    };
    let mut items: Vec<Item> = task_ids.into_iter().map(item).collect::<Result<_, _>>()?;
    match items.pop() {
        Some(Item { parent, action, terms }) if items.is_empty() => {
            submit(global, output, known, &parent, action, terms, submission)
        }
        last => many::run(global, output, known, items.into_iter().chain(last).collect(), &submission),
    }
}

pub(crate) fn upscale(
    global: &Global,
    output: &Output,
    known: &Known,
    args: args::Upscale,
) -> Result<(), Failure> {
    let args::Upscale { task_id, index, custom_id, submission } = args;
    let fields = Fields { task_id, custom_id, index, ..fields(&submission)? };
    let parent = fields.task_id.clone();
    let upscale = fields.upscale()?;
    let terms = Terms { tier: None, billing_key: Some(upscale.billing_key()) };
    submit(global, output, known, &parent, upscale.into(), terms, submission)
}

fn fields(submission: &args::Submission) -> Result<Fields, Error> {
    let metadata = submission.metadata.as_deref().map(Metadata::from_json).transpose()?;
    let metadata = metadata.map(|metadata| metadata.as_map().clone().into());
    Ok(Fields { speed: submission.speed.clone(), metadata, ..Fields::default() })
}

fn submit(
    global: &Global,
    output: &Output,
    known: &Known,
    parent: &str,
    action: Action,
    terms: Terms,
    args: args::Submission,
) -> Result<(), Failure> {
    if args.dry_run {
        return dry_run::run(global, output, action, terms);
    }
    // A typing error in a path must show before money is spent.
    if let Some(path) = &args.output {
        check_target(path)?;
    }
    let path: Option<PathBuf> = args.output;
    let advice = Advice { global, parent: Some(parent), output: path.as_deref() };
    let session = Session::open(global, output, known)?;
    let client = &session.client;
    output.tell(&announcement(parent, &action, terms));
    known.submitting();
    if args.no_wait {
        let submission = client.submit(action).map_err(|error| advice.on(error))?;
        return output.result(|| json::submission(&submission, terms), || describe(&submission));
    }
    let result = match &action {
        Action::Zoom(zoom) => client.zoom(zoom),
        Action::Upscale(upscale) => client.upscale(upscale),
        // An action that this command does not know: submit it, then wait for it.
        _ => client.submit(action.clone()).and_then(|submission| client.wait(&submission.task_id)),
    };
    let finished = result.map_err(|error| advice.on(error))?;
    task::finish(client, output, &finished, terms, path.as_deref(), advice)
}

fn announcement(parent: &str, action: &Action, terms: Terms) -> String {
    let what = match (terms.tier, action) {
        (Some(tier), _) => tier.to_string(),
        (None, Action::Upscale(_)) => "Upscale".to_owned(),
        (None, _) => "The button".to_owned(),
    };
    format!("{what} of {parent}, billed to {} once accepted", action.billing_key())
}

fn describe(submission: &Submission) -> String {
    format!("{}\nstatus: {}", submission.task_id, submission.status)
}
