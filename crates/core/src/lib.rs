//! The sans-IO core of zoomout: everything that decides, and nothing that acts.
//!
//! It builds the requests of the `APIMart` Midjourney zoom API, reads its answers, applies the tier rule
//! and drives a task as a state machine. It names no `std`: no clock, socket, thread, environment or random
//! source can even be named here; time and seed are passed in. Everything that talks to the network
//! stands on [`Job`]. (It runs where `std` runs all the same: `http` and `httpdate`, below it, use it.)
//!
//! # A driver
//!
//! ```text
//!            poll: Send            on_response: accepted
//! Submitting ──────────▶ out ───────────────────────────▶ Watching ⇄ out
//!     ▲                   │                                   │
//!     └───────────────────┤ provably not executed             │ picture, failure, deadline, cancel
//!                         ▼                                   ▼
//!                  refused, unconfirmed ──────────────────▶ Ended
//! ```
//!
//! A driver is one loop around [`Job::poll`]. This one plays the server itself:
//!
//! ```
//! use zoomout_core::{Instant, Job, Policy, Step, TaskId, Zoom};
//!
//! let zoom = Zoom::by_ratio(TaskId::new("task_parent")?, None);
//! let mut now = Instant::ZERO;
//! let mut job = Job::submit(zoom, Policy::default(), 42, now);
//! let mut answers = [
//!     r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#,
//!     r#"{"code":200,"data":{"id":"task_new","status":"processing","progress":50}}"#,
//!     r#"{"code":200,"data":{"id":"task_new","status":"completed","progress":100,
//!         "result":{"images":[{"url":["https://example.com/0.png"]}]}}}"#,
//! ]
//! .into_iter();
//! let task = loop {
//!     match job.poll(now) {
//!         Step::Send(call) => {
//!             // `Api::request` turns the call into an HTTP request; here the answers are canned.
//!             let body = answers.next().unwrap();
//!             job.on_response(now, &http::Response::new(body.as_bytes()));
//!         }
//!         Step::Wait(until) => now = until, // sleep
//!         Step::Report(event) => println!("{event:?}"),
//!         Step::Done(result) => break result?,
//!         _ => unreachable!("this driver never asks while a call is out"),
//!     }
//! };
//! assert_eq!(task.images[0].url, "https://example.com/0.png");
//! # Ok::<(), zoomout_core::Error>(())
//! ```
//!
//! The facts of the API are quoted as "reference, section n": the project's own digest of the vendor's
//! pages and of public observations.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod api;
mod api_error;
mod billing;
mod delivery;
mod error;
mod event;
mod fetching;
mod fields;
mod job;
mod look;
mod midjourney;
mod next_step;
mod policy;
mod resubmit;
mod schedule;
mod settings;
mod status;
mod step;
mod submission;
mod submitting;
mod task;
mod tier;
mod time;
mod upscale;
mod values;
mod watching;
mod wire;
mod zoom;

pub use api::{Action, Api, Call};
pub use api_error::ApiError;
pub use billing::BillingKey;
pub use delivery::{Delivery, Failure};
pub use error::{Billed, Error, ErrorKind};
pub use event::{Attempt, Event, Progress, Retry};
pub use fetching::Fetching;
pub use fields::Fields;
pub use job::Job;
pub use midjourney::{Button, MidjourneyTask};
pub use policy::Policy;
pub use resubmit::Resubmit;
pub use status::Status;
pub use step::Step;
pub use submission::Submission;
pub use task::{Image, Task};
pub use tier::Tier;
pub use time::Instant;
pub use upscale::Upscale;
pub use values::{
    ApiKey, BaseUrl, CustomId, IdempotencyKey, Index, Language, Metadata, Speed, TaskId, ZoomRatio,
};
pub use zoom::Zoom;
