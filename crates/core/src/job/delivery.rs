//! How far a request got that was never answered.

use alloc::string::String;

/// Whether a request that failed may have reached the server.
///
/// This is the fact on which a second charge hangs: only [`NotSent`](Self::NotSent) allows a
/// submission to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Provably not one byte of the request left: the name was not found, the connection or the TLS
    /// handshake failed, the proxy said no.
    NotSent,
    /// Anything else.
    Unknown,
}

/// A call that ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether the request may have arrived.
    pub delivery: Delivery,
    /// What happened, in a few words and without secrets.
    pub cause: String,
}

impl Failure {
    /// A failure before the first byte of the request left.
    pub fn not_sent(cause: impl Into<String>) -> Self {
        Self { delivery: Delivery::NotSent, cause: cause.into() }
    }

    /// A failure after which the request may or may not have arrived.
    pub fn unknown(cause: impl Into<String>) -> Self {
        Self { delivery: Delivery::Unknown, cause: cause.into() }
    }
}
