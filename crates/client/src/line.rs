//! The way to the API: an account, what carries its calls, and the clock that bounds them.

use std::sync::Arc;

use zoomout_core::{Api, Call, Reply};

use crate::clock::Clock;
use crate::submissions::Submissions;
use crate::transport::{Context, Transport};

/// The way to the API. It is what jobs hold of their client: they do not keep the client itself alive.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) api: Api,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) submissions: Arc<Submissions>,
}

impl Line {
    /// Makes one call. A submission that may have left is not cut by a cancel, which only ends the wait for it.
    pub(crate) fn exchange(self: &Arc<Self>, call: Call, context: &Context) -> Reply {
        if !call.costs_money() {
            return self.send(&call, context);
        }
        let line = Arc::clone(self);
        self.submissions.exchange(call, context, move |call, context| line.send(call, context))
    }

    fn send(&self, call: &Call, context: &Context) -> Reply {
        match self.transport.send(self.api.request(call), context) {
            Ok(response) => self.api.answer(&response).into(),
            Err(failure) => failure.into(),
        }
    }
}
