//! The sans-IO core of zoomout: everything that decides, and nothing that acts.
//!
//! It builds the requests of the `APIMart` Midjourney zoom API, reads its answers, applies the tier rule
//! and drives a task as a state machine. It names no `std`: no clock, socket, thread, environment or random
//! source can even be named here; time and seed are passed in. Everything that talks to the network
//! stands on [`Machine`]: [`Job`], [`Look`] and [`Fetch`]. (It runs where `std` runs all the same: `http` and
//! `httpdate`, below it, use it.)
//!
//! # A driver
//!
//! ```text
//!            poll: Claim         poll: Send        on: accepted
//! Submitting ──────────▶ claimed ──────────▶ out ─────────────▶ Watching ⇄ out
//!     ▲                     │ known before    │                     ▲  │
//!     │                     └─────────────────┼─────────────────────┘  │ picture, failure, deadline, cancel
//!     └───────────────────────────────────────┤ provably not executed  │
//!                                             ▼                        ▼
//!                                     refused, unconfirmed ─────────▶ Ended
//! ```
//!
//! A job claims before it sends, and has written down what came of it before it tells: [`Step::Claim`] and
//! [`Step::Record`] are steps like any other, so that no driver can forget the ledger. A driver without one grants
//! every claim, as this one does.
//!
//! A driver is one loop around [`Machine::poll`], whatever the machine. This one plays the server itself:
//!
//! ```
//! use zoomout_core::{Api, ApiKey, Claim, IdempotencyKey, Instant, Job, Machine, Policy, Step, TaskId, Zoom};
//!
//! let api = Api::new(ApiKey::new("sk-secret")?);
//! let zoom = Zoom::by_ratio(TaskId::new("task_parent")?, None);
//! let mut now = Instant::ZERO;
//! let ticket = IdempotencyKey::from_bits(42); // 128 bits from the operating system
//! let mut job = Job::submit(zoom, ticket, Policy::default(), 42, now);
//! let mut answers = [
//!     r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#,
//!     r#"{"code":200,"data":{"id":"task_new","status":"processing","progress":50}}"#,
//!     r#"{"code":200,"data":{"id":"task_new","status":"completed","progress":100,
//!         "result":{"images":[{"url":["https://example.com/0.png"]}]}}}"#,
//! ]
//! .into_iter();
//! let task = loop {
//!     match job.poll(now) {
//!         Step::Send { call, by: _ } => {
//!             let _request = api.request(&call); // send it, and give up at the moment `by`
//!             let response = http::Response::new(answers.next().unwrap());
//!             job.on(now, api.answer(&response).into()); // or a `Failure`
//!         }
//!         Step::Claim(_intent) => {
//!             let lease = core::time::Duration::MAX; // nobody else may claim it
//!             job.claimed(now, Ok(Claim::New { lease }));
//!         }
//!         Step::Record(_record) => job.recorded(now, Ok(())),
//!         Step::Wait(until) => now = until, // sleep
//!         Step::Report(event) => println!("{event:?}"),
//!         Step::Done(result) => break result?,
//!         Step::AwaitReply => unreachable!("this driver never asks while anything is out"),
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

mod action;
mod api;
mod error;
mod job;
mod people;
mod record;
mod time;
mod values;
mod wire;

pub use action::{
    Action, BillingKey, Field, Fields, FirstLook, Form, Given, Order, Price, Spec, Tier, Upscale, Zoom,
};
pub use api::{Api, Call};
pub use error::{ApiError, Billed, Error, ErrorKind, Invalid};
pub use job::{
    Attempt, Delivery, Event, Failure, Fetch, Fetched, Goal, Job, Kind, Look, Machine, Picture, Policy,
    Progress, Reply, Resubmit, Resumed, Retry, Shown, Step, Trouble, Unrecorded,
};
pub use people::for_people;
pub use record::{Claim, Intent, LedgerError, Outcome, Record};
pub use time::Instant;
pub use values::{
    ApiKey, BaseUrl, CustomId, IdempotencyKey, Index, Key, Language, Metadata, Speed, TaskId, ZoomRatio,
};
pub use wire::{Answer, Button, Image, MidjourneyTask, Status, Submission, Task};
