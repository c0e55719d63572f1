//! Many zooms from one file, as far as that takes neither a network nor a ledger: the file is checked, its rows are
//! named and priced, and what became of them is shown.
//!
//! ```text
//!  jobs.jsonl ─▶ Jobs::check ─▶ Tally ─▶ Plan ─▶ within the Ceilings? ─▶ rows, each asking the Budget
//!                    │ every bad line                                        │
//!                    ▼                                                       ▼
//!               JobsError                                         RowResult ─▶ report.html
//! ```
//!
//! Nothing here spends anything, and whoever spends asks here first: the whole file is checked before the first row
//! is submitted, a row's [`Key`](zoomout_core::Key) is the same in every run, and a ceiling is never passed.
//!
//! ```
//! use zoomout_batch::{BatchName, Budget, Ceilings, Jobs, Plan, Prices};
//!
//! let file = r#"{"task_id":"task_1","zoom_ratio":1.5}
//! {"task_id":"task_2","speed":"turbo"}"#;
//! let mut jobs = Jobs::check(file.as_bytes(), None, &BatchName::new("alps")?)?;
//! let prices = Prices::published();
//! let plan = Plan::new(jobs.tally(), &prices);
//! let ceilings = Ceilings { max_cost: Some("0.16".parse()?), max_submissions: None };
//! plan.check(&ceilings)?;
//! assert_eq!(plan.cost.to_string(), "0.15504");
//! let mut budget = Budget::new(ceilings);
//! for row in jobs.rows()? {
//!     let order = row?.order;
//!     budget.ask(prices.of(order.action.billing_key()))?; // and submit it
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod batch_name;
mod budget;
mod fingerprint;
mod jobs;
mod output_name;
mod plan;
mod prices;
mod report;
mod row_result;
mod tally;
mod usd;

pub use batch_name::BatchName;
pub use budget::{Budget, Ceilings, OverCeiling};
pub use jobs::{BadLine, BadLines, Format, Jobs, JobsError, Row, Rows};
pub use output_name::{OutputName, PARENTS, REPORT, RESULTS};
pub use plan::{Plan, PlanLine};
pub use prices::{BadPrices, Prices};
pub use report::{Report, ReportRow};
pub use row_result::{RowResult, RowState};
pub use tally::{Standing, Tally};
pub use usd::{NoAmount, Usd};
