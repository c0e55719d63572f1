//! The native half of the Node package: converts and names. Decides nothing.
//!
//! Outcomes cross as data, since napi has no room for our own error classes; `index.js` throws them.
// The macros of napi expand to unsafe code; there is none of our own.

#![expect(unreachable_pub, reason = "napi makes what is public here the surface of the addon")]
#![cfg_attr(test, allow(dead_code, reason = "in a test build napi registers nothing"))]

mod outcome;
mod request;
