//! The emulated API as the reference describes it, without a socket or a clock.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod control;
mod submissions;
mod tasks;
mod world;
