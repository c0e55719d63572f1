//! What a report's rows add up to.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::row_result::{RowResult, RowState};
use crate::usd::Usd;

/// What a report's rows add up to. A row that is the same job as an earlier one costs nothing more.
#[derive(Debug, Default, Serialize)]
pub(super) struct Totals {
    pub(super) rows: u64,
    repeated: u64,
    states: BTreeMap<RowState, u64>,
    all: Sums,
    billing_keys: BTreeMap<String, Sums>,
}

/// Money is text here: a number of JavaScript is not exact.
#[derive(Debug, Default, Serialize)]
struct Sums {
    /// How many are charged, for all that is known.
    charged: u64,
    /// What the API reported for those.
    #[serde(serialize_with = "as_text")]
    cost: Usd,
    /// What the plan said for those.
    #[serde(serialize_with = "as_text")]
    planned: Usd,
    /// For how many of those it reported nothing.
    unreported: u64,
    /// How many failed and are refunded.
    refunded: u64,
    /// How many may be charged, and nobody knows.
    unconfirmed: u64,
    /// What the plan said for those.
    #[serde(serialize_with = "as_text")]
    at_stake: Usd,
}

impl Totals {
    pub(super) fn add(&mut self, row: &RowResult) {
        self.rows += 1;
        *self.states.entry(row.state).or_default() += 1;
        if row.repeats.is_some() {
            self.repeated += 1;
            return;
        }
        self.all.add(row);
        self.billing_keys.entry(row.billing_key.clone()).or_default().add(row);
    }
}

impl Sums {
    fn add(&mut self, row: &RowResult) {
        let planned = row.planned_cost.unwrap_or_default();
        match row.state {
            RowState::Done | RowState::Accepted => {
                self.charged += 1;
                self.planned = self.planned.plus(planned);
                match row.cost {
                    Some(cost) => self.cost = self.cost.plus(cost),
                    None => self.unreported += 1,
                }
            }
            RowState::Failed => self.refunded += 1,
            RowState::Unconfirmed => {
                self.unconfirmed += 1;
                self.at_stake = self.at_stake.plus(planned);
            }
            RowState::Refused | RowState::Unsent => {}
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn as_text<S: Serializer>(amount: &Usd, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
