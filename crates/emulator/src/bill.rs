//! The bill: one line for each accepted submission.

use serde::Serialize;
use serde_json::Value;

use crate::price::Usd;

/// One accepted submission.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BillLine {
    /// The task that it made.
    pub task_id: String,
    /// The price cell.
    pub billing_key: String,
    /// What it costs.
    pub usd: Usd,
    /// Whether the money went back because the task failed or was cancelled.
    pub refunded: bool,
    /// What the caller sent to tell its submissions apart.
    pub metadata: Option<Value>,
    /// The header `Idempotency-Key`: noted, and as on the real route not acted upon.
    pub idempotency_key: Option<String>,
}

/// Every accepted submission, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bill {
    /// The lines.
    pub lines: Vec<BillLine>,
    /// The sum of what was not refunded.
    pub total_usd: Usd,
}

impl Bill {
    pub(crate) fn new(lines: Vec<BillLine>) -> Self {
        let total_usd = lines.iter().filter(|line| !line.refunded).map(|line| line.usd).sum();
        Self { lines, total_usd }
    }
}
