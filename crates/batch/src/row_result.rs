//! What became of a row, as one line of JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zoomout_core::{TaskId, Tier};

use crate::usd::Usd;

/// What became of a row: one line of a batch's results. What is absent is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowResult {
    /// The number of its line in the jobs file.
    pub line: u64,
    /// Its key in the ledger.
    pub key: String,
    /// The line of an earlier row that is the same job: what this one shows is paid for there.
    pub repeats: Option<u64>,
    /// How far it is.
    pub state: RowState,
    /// The task, if it was accepted.
    pub task_id: Option<TaskId>,
    /// The task that it starts from.
    pub parent: Option<TaskId>,
    /// How far it zooms out, if it does and that is known.
    pub tier: Option<Tier>,
    /// What it is billed to.
    pub billing_key: String,
    /// What the plan said that it costs, if that was known.
    pub planned_cost: Option<Usd>,
    /// What the API reported that it costs.
    pub cost: Option<Usd>,
    /// The file that the row asked for.
    pub output: Option<String>,
    /// The files that its pictures were saved to.
    pub paths: Vec<String>,
    /// Why it is not done, or why its pictures were not saved: the object that every face shows.
    pub error: Option<Value>,
}

/// How far a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// There are pictures.
    Done,
    /// It is paid for, and goes on.
    Accepted,
    /// The task failed or was cancelled, and is refunded.
    Failed,
    /// The server said no; nothing was billed.
    Refused,
    /// It may have been billed, and nobody knows.
    Unconfirmed,
    /// It was not submitted: the batch was stopped before, or a ceiling reached.
    Unsent,
}

impl RowState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Accepted, Self::Failed, Self::Refused, Self::Unconfirmed, Self::Unsent];

    /// Its name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unconfirmed => "unconfirmed",
            Self::Unsent => "unsent",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_with_everything_in_it() {
        let result = RowResult {
            line: 3,
            key: "alps/17".to_owned(),
            repeats: None,
            state: RowState::Done,
            task_id: TaskId::new("task_2").ok(),
            parent: TaskId::new("task_1").ok(),
            tier: Some(Tier::X2),
            billing_key: "midjourney@zoom".to_owned(),
            planned_cost: "0.05504".parse().ok(),
            cost: Usd::rounded(0.055_040_000_000_000_01),
            output: None,
            paths: vec!["task_2.png".to_owned()],
            error: None,
        };
        let line = serde_json::to_string(&result).unwrap();
        assert_eq!(
            line,
            r#"{"line":3,"key":"alps/17","repeats":null,"state":"done","task_id":"task_2","parent":"task_1","tier":"Zoom Out 2x","billing_key":"midjourney@zoom","planned_cost":0.05504,"cost":0.05504,"output":null,"paths":["task_2.png"],"error":null}"#
        );
        assert_eq!(serde_json::from_str::<RowResult>(&line).unwrap(), result);
        for state in RowState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
