//! The command as a user runs it: a process, its streams and its exit code.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

mod asked;
mod batch;
mod command;
mod deadline;
mod emulated;
mod faults;
mod interrupted;
mod ledger;
mod many;
mod pixels;
mod printing;
mod secrets;
mod servers;
mod terminal;
mod to_stdout;
mod weather;
mod world;
