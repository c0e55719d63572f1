//! How long each phase of one call may take.

use std::time::Duration;

/// How long each phase of one call may take. The job as a whole is bounded by
/// [`Policy::deadline`](zoomout_core::Policy::deadline).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Finding the address of the host.
    pub resolve: Duration,
    /// Connecting, with TLS and a proxy's handshake.
    pub connect: Duration,
    /// Sending the request.
    pub send: Duration,
    /// From the end of the request to the beginning of the answer.
    pub response: Duration,
    /// Receiving the body of an answer, or a whole picture.
    pub body: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            send: Duration::from_secs(30),
            response: Duration::from_secs(60),
            body: Duration::from_secs(300),
        }
    }
}
