//! The blocking transport: calls and downloads through ureq.

use std::io::Write;
use std::time::Duration;

use http::{Request, Response, Uri};
use ureq::{Agent, AsSendBody};
use zoomout_core::Failure;

use super::call::Call;
use super::fetch;
use super::timeouts::Timeouts;
use super::words::describe;
use crate::transport::{Context, FetchError, Transport};

/// Answers of the API are short; a longer one is a fault.
const MAX_ANSWER_BYTES: u64 = 8 << 20;

/// The blocking transport: ureq, with the TLS that the features choose. Only with the feature `ureq`.
///
/// - A submission goes out on a fresh connection and at most once; looks reuse connections.
/// - API calls follow no redirects; pictures follow up to five, over https only, never into a private
///   network, and without the API key.
/// - Each phase of a call has a time limit ([`Timeouts`]); a cancelled call ends at once, but for a name
///   look-up or a TCP connect under way, after which nothing is sent. It asks [`Context::leave`] before the first
///   byte.
/// - Name look-ups are remembered for half a minute.
#[derive(Debug)]
pub struct UreqTransport {
    pub(super) looks: Agent,
    /// An agent of its own: asking a shared pool for a fresh connection would close the idle ones.
    pub(super) submissions: Agent,
    pub(super) pictures: Agent,
    pub(super) timeouts: Timeouts,
}

impl UreqTransport {
    fn exchange(
        &self,
        request: Request<Vec<u8>>,
        limit: Option<Duration>,
    ) -> Result<Response<Vec<u8>>, ureq::Error> {
        let mut response = if request.method().is_safe() {
            self.looks.run(within(&self.looks, request.map(|_| ()), limit))?
        } else {
            self.submissions.run(within(&self.submissions, request, limit))?
        };
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(response.map(|_| body))
    }
}

/// The request with a limit for all its phases together, beside that of each phase.
fn within<B: AsSendBody>(agent: &Agent, request: Request<B>, limit: Option<Duration>) -> Request<B> {
    agent.configure_request(request).timeout_global(limit).build()
}

impl Transport for UreqTransport {
    fn send(&self, request: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        let left = context.left();
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Failure::not_sent("the time was up"));
        }
        let (result, sent) = Call::run(context, || self.exchange(request, left));
        result.map_err(|error| {
            let cause = if context.cancel.is_cancelled() {
                "cancelled".to_owned()
            } else {
                describe(&error, &self.timeouts)
            };
            if sent { Failure::unknown(cause) } else { Failure::not_sent(cause) }
        })
    }

    fn fetch(
        &self,
        uri: &Uri,
        limit: u64,
        sink: &mut dyn Write,
        context: &Context,
    ) -> Result<(), FetchError> {
        let (result, _) = Call::run(context, || {
            fetch::fetch(&self.pictures, &self.timeouts.of_a_picture(), uri, limit, sink, context.left())
        });
        match result {
            Err(_) if context.cancel.is_cancelled() => Err(FetchError::Cancelled),
            result => result,
        }
    }
}
