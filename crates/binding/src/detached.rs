//! What became of submissions that were left behind, as JSON.

use serde::Serialize;
use zoomout::{Action, Detached, Error, IdempotencyKey, Submission};

/// As it leaves: of `submission` and `error` the one that is not `null`.
#[derive(Serialize)]
pub(crate) struct Outcome<'a> {
    message: String,
    action: &'a Action,
    idempotency_key: Option<String>,
    submission: Option<&'a Submission>,
    error: Option<&'a Error>,
}

impl<'a> From<&'a Detached> for Outcome<'a> {
    fn from(detached: &'a Detached) -> Self {
        Self {
            message: detached.to_string(),
            action: &detached.action,
            idempotency_key: detached.idempotency_key.as_ref().map(IdempotencyKey::to_string),
            submission: detached.result.as_ref().ok(),
            error: detached.result.as_ref().err(),
        }
    }
}
