//! How long each phase of one call may take.

use std::time::Duration;

/// How long each phase of one call may take. The job as a whole is bounded by
/// [`Policy::deadline`](zoomout_core::Policy::deadline), and no phase of any call lasts beyond it.
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
    /// Receiving the body of an answer.
    pub body: Duration,
    /// Receiving a whole picture.
    pub picture: Duration,
}

impl Timeouts {
    /// So long for each phase alike, be it shorter or longer than usual.
    pub const fn each(limit: Duration) -> Self {
        Self { resolve: limit, connect: limit, send: limit, response: limit, body: limit, picture: limit }
    }

    /// Those of a download.
    pub(crate) fn of_a_picture(self) -> Self {
        Self { body: self.picture, ..self }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            send: Duration::from_secs(30),
            response: Duration::from_secs(60),
            body: Duration::from_secs(60),
            picture: Duration::from_secs(300),
        }
    }
}
