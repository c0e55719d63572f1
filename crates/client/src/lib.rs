//! Zoom out (outpaint) Midjourney pictures through the `APIMart` API, and never pay twice.
//!
//! [`Client`] is the way in. It blocks, uses no async runtime, and stands on the sans-IO core
//! [`zoomout_core`], whose types are all re-exported here.
//!
//! ```no_run
//! use zoomout::{Client, TaskId, Zoom, ZoomRatio};
//!
//! let client = Client::from_env()?; // APIMART_API_KEY
//! let parent = TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")?;
//! let task = client.zoom(&Zoom::by_ratio(parent, Some(ZoomRatio::new(1.5)?)))?;
//! client.download(&task, "wide.png")?;
//! # Ok::<(), zoomout::Error>(())
//! ```
//!
//! # Money
//!
//! Every accepted [`Client::zoom`], [`Client::upscale`] and [`Client::submit`] is billed once. A
//! submission is sent again only when not one byte of it left this machine, or when the server said that
//! it executed nothing ([`Resubmit::Safe`]). Everything else ends as [`ErrorKind::Unconfirmed`].
//! [`Error::billed`] always says what is known, [`Error::next_step`] what to do. A submission that may have left is
//! not cut by a cancel: its caller leaves at once, and [`Client::settle`] hands out what became of it.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `ureq` (default) | `UreqTransport`, and the settings that only it knows: timeouts, proxy, certificates |
//! | `rustls` (default) | https by rustls, trusting Mozilla's list of certificate authorities |
//! | `platform-verifier` | rustls trusts whom the platform trusts |
//! | `native-tls` | https by the platform's own TLS, trusting whom that trusts; used unless `rustls` is on |
//! | `sqlite` | `SqliteLedger`: a ledger in a file that any number of processes share |
//!
//! The three before the last bring `ureq`, and `platform-verifier` brings `rustls`. With `default-features = false`
//! neither is compiled: the program brings a [`Transport`] of its own ([`ClientBuilder::transport`]).
#![forbid(unsafe_code)]

mod books;
mod builder;
mod cancel;
mod carrier;
mod client;
mod clock;
mod collect;
mod contained;
mod departure;
mod detached;
mod dispatcher;
mod drive;
mod errand;
mod identity;
mod line;
#[cfg(feature = "ureq")]
mod network;
mod picture;
mod place;
mod reception;
mod seconds;
mod submissions;
mod sync;
mod target;
pub mod testing;
mod transport;
mod unfinished;
mod whole;

pub use self::builder::ClientBuilder;
pub use self::cancel::CancelToken;
pub use self::client::Client;
pub use self::clock::{Clock, MachineClock};
pub use self::collect::{Collect, Collected};
pub use self::detached::Detached;
pub use self::dispatcher::{
    Batch, Dispatcher, Finished, JobHandle, Lateness, Limits, NotYet, Unfinished, Work, ZoomMany,
};
#[cfg(feature = "ureq")]
pub use self::network::{ProxyChoice, Timeouts, UreqTransport, UreqTransportBuilder};
pub use self::picture::{Download, Pictures};
pub use self::seconds::{milliseconds, seconds};
pub use self::target::check_target;
pub use self::transport::{Context, FetchError, Transport};
pub use zoomout_core::*;
#[cfg(feature = "sqlite")]
pub use zoomout_ledger::{AllClosed, SqliteLedger};
pub use zoomout_ledger::{Entry, Filter, Ledger, MemoryLedger, Owner, Resolution, Salt, State, Which};

/// The code about the ledger is compiled where there is one in a file.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../../../docs/ledger.md")]
struct LedgerPage;

/// The code in the README is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
