//! The `APIMart` Midjourney API on localhost: task lifecycle, real pictures, a bill, and faults on demand.
//!
//! [`Server`] listens on a port of this machine and can run time faster; [`Emulator`] is the same API as a
//! value, without a socket or a clock, so that thirty minutes pass in a test in no time.
//!
//! It knows no other crate of this project: it answers from the vendor's documents by its own code, so
//! that a misspelt field cannot agree with itself. Where the documents are silent, this crate's README says
//! what it chose.
//!
//! ```
//! use zoomout_emulator::{Options, Server};
//!
//! let server = Server::start(Options::default())?;
//! println!("export APIMART_BASE_URL={} APIMART_API_KEY={}", server.url(), server.key());
//! assert!(server.bill().lines.is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
#![forbid(unsafe_code)]

mod bill;
mod button;
mod control;
mod emulator;
mod fault;
mod id;
mod picture;
mod price;
mod query;
mod refusal;
mod reply;
mod route;
mod seed;
mod seen;
mod server;
mod settings;
mod speed;
mod submit;
mod task;
mod time;

pub use bill::{Bill, BillLine};
pub use emulator::{Emulator, KEY};
pub use fault::{Fault, Rule, Script, Target};
pub use picture::{Factor, Picture, Shift};
pub use price::Usd;
pub use reply::{Body, Part, Reply, Wire};
pub use seed::Seed;
pub use seen::Seen;
pub use server::{Options, Server};
pub use settings::{Images, Settings};
pub use time::Millis;
