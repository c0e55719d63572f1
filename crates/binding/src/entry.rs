//! What is on record of a submission, as it leaves for the other languages.

use serde::Serialize;
use serde_json::Value;
use zoomout::{Entry, Outcome, Owner, State, Task, TaskId};

/// What is on record of a submission: the fields of an [`Entry`] under its names. What was asked for is JSON and not
/// text of it, and of its end there are the price and the task.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    number: u64,
    #[serde(flatten)]
    owner: &'a Owner,
    key: &'a str,
    named: bool,
    turn: u32,
    ticket: &'a str,
    state: State,
    request: Value,
    billing_key: &'a str,
    parent: Option<&'a TaskId>,
    task_id: Option<&'a TaskId>,
    reason: Option<&'a str>,
    cost: Option<f64>,
    task: Option<Task>,
    intended_at: u64,
    accepted_at: Option<u64>,
    ended_at: Option<u64>,
    handed_out_at: Option<u64>,
    collected_at: Option<u64>,
    files: Vec<String>,
}

impl<'a> From<&'a Entry> for Shown<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            number: entry.number,
            owner: &entry.owner,
            key: &entry.key,
            named: entry.named,
            turn: entry.turn,
            ticket: entry.ticket.as_str(),
            state: entry.state,
            request: serde_json::from_str(&entry.request).unwrap_or_default(),
            billing_key: &entry.billing_key,
            parent: entry.parent.as_ref(),
            task_id: entry.task_id.as_ref(),
            reason: entry.reason.as_deref(),
            cost: entry.outcome.as_ref().and_then(|outcome| outcome.cost),
            task: entry.outcome.as_ref().and_then(Outcome::task),
            intended_at: entry.intended_at,
            accepted_at: entry.accepted_at,
            ended_at: entry.ended_at,
            handed_out_at: entry.handed_out_at,
            collected_at: entry.collected_at,
            // A name that is no text cannot be written as JSON.
            files: entry.files.iter().map(|file| file.to_string_lossy().into_owned()).collect(),
        }
    }
}
