//! Support for tests.
#![forbid(unsafe_code)]
