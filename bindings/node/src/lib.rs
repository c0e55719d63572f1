//! The native half of the Node package: converts and names. Decides nothing.
//!
//! Errors cross as JSON in the message of a plain error, since napi has no room for our own classes;
//! `errors.js` makes them what users catch.
// The macros of napi expand to unsafe code; there is none of our own.
#![expect(unreachable_pub, reason = "napi makes what is public here the surface of the addon")]
#![expect(missing_debug_implementations, reason = "these are seen from JavaScript only")]
#![expect(unnameable_types, reason = "JavaScript names them by the addon, not by a path")]
#![expect(clippy::needless_pass_by_value, reason = "napi hands over what it converted")]
#![cfg_attr(test, allow(dead_code, reason = "in a test build napi registers nothing"))]

mod ask;
mod batch;
mod client;
mod collecting;
mod emulator;
mod failure;
mod hear;
mod loose;
mod machine;
mod request;

use napi_derive::napi;

/// Runs the command with these arguments, its own name among them, and answers its exit code.
#[napi(catch_unwind)]
pub fn main(args: Vec<String>) -> u8 {
    zoomout_cli::main(args.into_iter().map(Into::into))
}

/// Waits, at most for so many milliseconds, until all that was handed out is written down: before a process ends.
#[napi(catch_unwind)]
pub fn flush(millis: u32) {
    zoomout_binding::flush(std::time::Duration::from_millis(millis.into()));
}

/// The version of the package.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
