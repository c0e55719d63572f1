//! `zoom` and `upscale`: the commands that cost money.

use zoomout::{Action, Error, Submission};

use super::many::{self, Item};
use super::{dry_run, task};
use crate::args;
use crate::destination::Destination;
use crate::failure::Failure;
use crate::fields::{FieldArgs, OfUpscale};
use crate::fit;
use crate::json::{self, Terms};
use crate::session::{Session, Tools};

pub(crate) fn zoom(tools: &Tools<'_>, args: args::Zoom) -> Result<(), Failure> {
    let args::Zoom { task_ids, fields, submission } = args;
    if task_ids.len() > 1 && fields.given("custom_id").is_some() {
        let problem = "must not be given for several pictures: a button belongs to one of them";
        return Err(Error::invalid("custom_id", problem).into());
    }
    if let Some(several) = several_under_one_key(&task_ids, &submission) {
        return Err(several.into());
    }
    let item = |parent: String| fields.order(&parent, &submission).map(|order| Item { parent, order });
    let mut items: Vec<Item> = task_ids.into_iter().map(item).collect::<Result<_, _>>()?;
    match items.pop() {
        Some(item) if items.is_empty() => submit(tools, item, submission),
        last => many::run(tools, &items.into_iter().chain(last).collect::<Vec<_>>(), submission),
    }
}

pub(crate) fn upscale(tools: &Tools<'_>, args: args::Upscale) -> Result<(), Failure> {
    let args::Upscale { task_id, fields, submission } = args;
    let order = fields.order(&task_id, &submission)?;
    if let Some(warning) = in_vain(&fields) {
        tools.output.tell(&warning);
    }
    submit(tools, Item { parent: task_id, order }, submission)
}

fn submit(tools: &Tools<'_>, item: Item, args: args::Submission) -> Result<(), Failure> {
    let &Tools { global, output, known, .. } = tools;
    let Item { parent, order } = item;
    let action = order.action.clone();
    let terms = Terms::of(&action);
    if args.dry_run {
        return dry_run::run(global, output, action);
    }
    if order.key.is_some() && global.no_ledger {
        let problem = "means nothing with --no-ledger: nothing would remember that it was paid for";
        return Err(Error::invalid("key", problem).into());
    }
    let destination = Destination::new(args.output);
    destination.prepare(output)?;
    let session = Session::open(tools)?;
    let client = &session.client;
    let failure = |error| known.failure(session.settled(&action, error), Some(&parent));
    output.tell(&announcement(&parent, &action));
    known.submits(&action);
    if args.no_wait {
        let submission = client.submit(order).map_err(failure)?;
        let object = || json::submission(&submission, terms);
        output.result_of(&submission.task_id, object, || describe(&submission));
        return Ok(());
    }
    let finished = client.run(order).map_err(failure)?;
    task::finish(tools, &session, &finished, terms, &destination)
}

fn several_under_one_key(task_ids: &[String], submission: &args::Submission) -> Option<Error> {
    let problem = "must not be given for several pictures: it stands for one submission";
    (task_ids.len() > 1 && submission.key.is_some()).then(|| Error::invalid("key", problem))
}

fn announcement(parent: &str, action: &Action) -> String {
    let what = match action.tier() {
        Some(tier) => tier.to_string(),
        None => format!("The {}", action.spec().noun),
    };
    format!("{what} of {parent}, billed to {} once accepted", action.billing_key())
}

/// A tile is cut out of its grid, which no queue makes faster.
fn in_vain(fields: &FieldArgs<OfUpscale>) -> Option<String> {
    fields.given("index")?;
    let speed = fields.given("speed").filter(|speed| *speed != "relax")?;
    Some(format!(
        "warning: to upscale a tile is to cut it out: --speed {} makes it no faster, and turbo costs about 0.10 \
         instead of 0.055 USD",
        fit::words(speed)
    ))
}

fn describe(submission: &Submission) -> String {
    format!("{}\nstatus: {}", fit::exact(&submission.task_id), fit::words(&submission.status))
}
