//! The way to the network through ureq, with proof of what left this machine.

mod builder;
mod call;
mod connector;
mod fetch;
mod resolver;
mod timeouts;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) mod tls;
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[path = "no_tls.rs"]
pub(crate) mod tls;
mod words;

use std::io::Write;

use http::{Request, Response, Uri};
use ureq::Agent;
use zoomout_core::Failure;

pub use self::builder::{ProxyChoice, UreqTransportBuilder};
use self::call::Call;
pub use self::timeouts::Timeouts;
use self::words::describe;
use crate::cancel::CancelToken;
use crate::transport::{FetchError, Transport};

/// Answers of the API are short; a longer one is a fault.
const MAX_ANSWER_BYTES: u64 = 8 << 20;

/// The blocking transport: ureq, with the TLS that the features choose. Only with the feature `ureq`.
///
/// - A submission goes out on a fresh connection and at most once; looks reuse connections.
/// - API calls follow no redirects; pictures follow up to five, over https only, never into a private
///   network, and without the API key.
/// - Each phase of a call has a time limit ([`Timeouts`]); a cancelled call ends at once, but for a name
///   look-up or a TCP connect under way, after which nothing is sent.
/// - Name look-ups are remembered for half a minute.
#[derive(Debug)]
pub struct UreqTransport {
    looks: Agent,
    /// An agent of its own: asking a shared pool for a fresh connection would close the idle ones.
    submissions: Agent,
    pictures: Agent,
    timeouts: Timeouts,
}

impl UreqTransport {
    /// A transport with settings of its own.
    pub fn builder() -> UreqTransportBuilder {
        UreqTransportBuilder::default()
    }

    fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
        let mut response = if request.method().is_safe() {
            self.looks.run(request.map(|_| ()))?
        } else {
            self.submissions.run(request)?
        };
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(response.map(|_| body))
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: Request<Vec<u8>>, cancel: &CancelToken) -> Result<Response<Vec<u8>>, Failure> {
        let (result, sent) = Call::run(cancel, || self.exchange(request));
        result.map_err(|error| {
            let cause =
                if cancel.is_cancelled() { "cancelled".to_owned() } else { describe(&error, &self.timeouts) };
            if sent { Failure::unknown(cause) } else { Failure::not_sent(cause) }
        })
    }

    fn fetch(
        &self,
        uri: &Uri,
        limit: u64,
        sink: &mut dyn Write,
        cancel: &CancelToken,
    ) -> Result<(), FetchError> {
        let (result, _) = Call::run(cancel, || {
            fetch::fetch(&self.pictures, &self.timeouts.of_a_picture(), uri, limit, sink)
        });
        match result {
            Err(_) if cancel.is_cancelled() => Err(FetchError::Cancelled),
            result => result,
        }
    }
}
