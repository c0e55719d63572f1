//! The machines: everything that goes on for longer than one call, and the policy behind them.

mod delivery;
mod event;
mod fetch;
mod goal;
#[expect(clippy::module_inception, reason = "the job is in the file that bears its name")]
mod job;
mod look;
mod machine;
mod policy;
mod resubmit;
mod schedule;
mod sight;
mod submitting;
mod watching;

pub use delivery::{Delivery, Failure};
pub use event::{Attempt, Event, Progress, Resumed, Retry, Unrecorded};
pub use fetch::{Fetch, Fetched, Picture, Trouble};
pub use goal::Goal;
pub use job::Job;
pub use look::{Look, Shown};
pub use machine::{Kind, Machine, Reply, Step};
pub use policy::Policy;
pub use resubmit::Resubmit;
