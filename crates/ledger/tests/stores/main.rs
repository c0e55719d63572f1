//! What every store must do, and a model that all are held against.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod behaviour;
mod model;
#[cfg(feature = "sqlite")]
mod weather;
mod world;
