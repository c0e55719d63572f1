//! What is claimed before a submission leaves.

use alloc::string::{String, ToString};

use serde::Serialize;
use serde_json::json;

use crate::action::Order;
use crate::values::{IdempotencyKey, Key, TaskId};

/// What a job claims before its submission leaves.
///
/// Everything in it is text that a ledger keeps as it is. A ledger compares requests by [`request`](Self::request):
/// equal actions have equal texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Intent {
    /// The caller's name for the submission, if there is one. Without one it is nobody else's.
    pub key: Option<Key>,
    /// Whose claim it is. The same for every attempt of one job, and for no other job: it is also what the
    /// submission carries as its `Idempotency-Key`, unless that is switched off.
    pub ticket: IdempotencyKey,
    /// What is asked for: the [`Action`](crate::Action) in its canonical form, as JSON.
    pub request: String,
    /// What an accepted submission is billed to.
    pub billing_key: String,
    /// The task that it starts from.
    pub parent: Option<TaskId>,
    /// Whether to submit anew where an earlier submission under this key has ended.
    pub again: bool,
}

impl Intent {
    /// The intent to submit this, in the name of this ticket.
    pub fn new(order: &Order, ticket: IdempotencyKey) -> Self {
        Self {
            key: order.key.clone(),
            ticket,
            request: json!(order.action).to_string(),
            billing_key: order.action.billing_key().to_string(),
            parent: order.action.parent().cloned(),
            again: order.again,
        }
    }

    /// A submission of which only the ticket is known: that of somebody who is told late, and long forgotten.
    pub fn unknown(ticket: IdempotencyKey) -> Self {
        let request = String::from("null");
        Self { key: None, ticket, request, billing_key: String::new(), parent: None, again: false }
    }

    /// The same, with this done to the text of the request.
    #[must_use]
    pub fn map_request(self, change: impl FnOnce(&str) -> String) -> Self {
        Self { request: change(&self.request), ..self }
    }

    /// The name under which it is kept: the caller's, or else the ticket, which is nobody else's.
    pub fn name(&self) -> &str {
        self.key.as_ref().map_or(self.ticket.as_str(), Key::as_str)
    }
}
