//! The keys of rows, and which of them are the same job.

use std::collections::HashMap;

use serde_json::json;
use zoomout_core::{Key, Order};

use super::bad_lines::Problem;
use crate::batch_name::BatchName;
use crate::fingerprint::Fingerprint;

/// What is known of the rows so far, a few bytes each.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    name: &'a BatchName,
    /// How often a request was made without a key.
    requests: HashMap<Fingerprint, u32>,
    /// What a key of the file stands for, and the line that said so.
    own: HashMap<Fingerprint, (Fingerprint, u32)>,
}

/// A row's key, and the line of an earlier row that is the same job.
pub(super) struct Keyed {
    pub(super) key: Key,
    pub(super) repeats: Option<u64>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(name: &'a BatchName) -> Self {
        Self { name, requests: HashMap::new(), own: HashMap::new() }
    }

    /// The key of the next row: its own, or one that its request gives it and the number of rows before it that
    /// make the same request without a key. What else stands in the file, and where, makes no difference. Nor
    /// does the file that the picture goes to: to rename it costs nothing.
    pub(super) fn key(&mut self, line: u64, order: &Order) -> Result<Keyed, Problem> {
        let request = Fingerprint::of(json!(order.action).to_string());
        let Some(key) = &order.key else {
            let before = self.requests.entry(request).or_default();
            let key = self.name.key(request, *before)?;
            *before = before.saturating_add(1);
            return Ok(Keyed { key, repeats: None });
        };
        let here = u32::try_from(line).unwrap_or(u32::MAX);
        let (first, its_line) = *self.own.entry(Fingerprint::of(key.as_str())).or_insert((request, here));
        if first != request {
            let problem = format_args!("{:?} stands for another request in line {its_line}", key.as_str());
            return Err(Problem::with("key", problem));
        }
        Ok(Keyed { key: key.clone(), repeats: (its_line != here).then(|| its_line.into()) })
    }
}
