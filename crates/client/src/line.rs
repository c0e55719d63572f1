//! The way to the API: an account, what carries its calls, and the clock that bounds them.

use std::sync::Arc;

use zoomout_core::{Api, Call, Instant, Reply};

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::transport::{Context, Transport};

/// The way to the API. It is what jobs hold of their client: they do not keep the client itself alive.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) api: Api,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Line {
    /// Makes one call, every phase of which has ended by then.
    pub(crate) fn exchange(&self, call: &Call, by: Instant, cancel: &CancelToken) -> Reply {
        let context = Context::new(cancel, self.clock.left(by));
        match self.transport.send(self.api.request(call), &context) {
            Ok(response) => self.api.answer(&response).into(),
            Err(failure) => failure.into(),
        }
    }
}
