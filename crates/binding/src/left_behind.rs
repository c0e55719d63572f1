//! Submissions whose callers were stopped while they were on their way, and what became of them.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use zoomout::{Action, Client, Detached, Error, Submission};

use crate::json;

/// What became of those of one client, until somebody asks. Whoever waits for them does not take them: a process may
/// stay for them while its program asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftBehind(Arc<Mutex<Ends>>);

#[derive(Debug, Default)]
struct Ends {
    untaken: Vec<Detached>,
    /// One line each, for whoever tells people.
    untold: Vec<String>,
}

impl LeftBehind {
    pub(crate) fn hear(&self, detached: &Detached) {
        let mut ends = self.ends();
        ends.untold.push(detached.to_string());
        ends.untaken.push(detached.clone());
    }

    /// Waits until none is out, or so long; the lines that nobody has been told yet.
    pub(crate) fn wait(&self, client: &Client, patience: Duration) -> Vec<String> {
        client.settle(patience);
        mem::take(&mut self.ends().untold)
    }

    /// What became of them, as a JSON list.
    pub(crate) fn take(&self) -> String {
        let taken = mem::take(&mut self.ends().untaken);
        json(&taken.iter().map(Outcome::from).collect::<Vec<_>>())
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As it leaves: of `submission` and `error` the one that is not `null`.
#[derive(Serialize)]
struct Outcome<'a> {
    action: &'a Action,
    ticket: &'a str,
    submission: Option<&'a Submission>,
    error: Option<&'a Error>,
}

impl<'a> From<&'a Detached> for Outcome<'a> {
    fn from(detached: &'a Detached) -> Self {
        Self {
            action: &detached.action,
            ticket: detached.ticket.as_str(),
            submission: detached.result.as_ref().ok(),
            error: detached.result.as_ref().err(),
        }
    }
}
