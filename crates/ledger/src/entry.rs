//! What is on record of one submission.

use std::path::PathBuf;

use serde::Serialize;
use zoomout_core::{Action, IdempotencyKey, Intent, Outcome, TaskId};

use crate::owner::Owner;
use crate::state::State;

/// What is on record of one submission. Moments are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its number: they are given in order.
    pub number: u64,
    /// Whose it is.
    #[serde(flatten)]
    pub owner: Owner,
    /// The name under which it is kept: the caller's key, or else the ticket.
    pub key: String,
    /// Whether the caller gave it that name.
    pub named: bool,
    /// Which submission under this name it is, from 1.
    pub turn: u32,
    /// Whose claim it is, and what it carried as its `Idempotency-Key`.
    pub ticket: IdempotencyKey,
    /// How far it is. A claim whose lease ran out is unconfirmed.
    pub state: State,
    /// What was asked for: the action in its canonical form, as JSON.
    pub request: String,
    /// What it is billed to.
    pub billing_key: String,
    /// The task that it starts from.
    pub parent: Option<TaskId>,
    /// The task that was accepted.
    pub task_id: Option<TaskId>,
    /// Why it was refused, or why nobody knows.
    pub reason: Option<String>,
    /// How the task ended.
    pub outcome: Option<Outcome>,
    /// When it was claimed.
    pub intended_at: u64,
    /// When it was known to be accepted.
    pub accepted_at: Option<u64>,
    /// When its end was seen.
    pub ended_at: Option<u64>,
    /// When its end was handed out to whoever asked for it.
    pub handed_out_at: Option<u64>,
    /// When its pictures were saved.
    pub collected_at: Option<u64>,
    /// Where its pictures were saved.
    pub files: Vec<PathBuf>,
}

impl Entry {
    /// A claim that has just been made.
    pub(crate) fn new(number: u64, owner: &Owner, intent: &Intent, turn: u32, now: u64) -> Self {
        Self {
            number,
            owner: owner.clone(),
            key: intent.name().to_owned(),
            named: intent.key.is_some(),
            turn,
            ticket: intent.ticket.clone(),
            state: State::Intended,
            request: intent.request.clone(),
            billing_key: intent.billing_key.clone(),
            parent: intent.parent.clone(),
            task_id: None,
            reason: None,
            outcome: None,
            intended_at: now,
            accepted_at: None,
            ended_at: None,
            handed_out_at: None,
            collected_at: None,
            files: Vec::new(),
        }
    }

    /// What was asked for; nothing where this version does not know it.
    pub fn action(&self) -> Option<Action> {
        serde_json::from_str(&self.request).ok()
    }

    /// Whether it may have been accepted, and its end was not handed out.
    pub fn is_unfinished(&self) -> bool {
        self.state != State::Refused && self.handed_out_at.is_none()
    }

    /// Whether it may have been accepted, and there may be pictures that were not saved.
    pub fn is_uncollected(&self) -> bool {
        !matches!(self.state, State::Refused | State::Failed) && self.collected_at.is_none()
    }
}
