//! Submissions that are out: they are counted, and a first Ctrl-C does not cut them.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use http::{Request, Response, Uri};
use zoomout::{CancelToken, Context, Failure, FetchError, Transport};

use crate::known::Known;

/// A transport that knows when a submission is out.
pub(crate) struct Sending {
    inner: Arc<dyn Transport>,
    known: Known,
    /// What cuts a submission.
    cut: CancelToken,
}

impl Sending {
    pub(crate) fn new(inner: Arc<dyn Transport>, known: Known, cut: CancelToken) -> Self {
        Self { inner, known, cut }
    }
}

impl Transport for Sending {
    fn send(&self, request: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        if request.method().is_safe() {
            return self.inner.send(request, context);
        }
        let _out = self.known.sending();
        let mut patient = context.clone();
        patient.cancel = self.cut.clone();
        self.inner.send(request, &patient)
    }

    fn fetch(
        &self,
        uri: &Uri,
        limit: u64,
        sink: &mut dyn Write,
        context: &Context,
    ) -> Result<(), FetchError> {
        self.inner.fetch(uri, limit, sink, context)
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").field("inner", &self.inner).finish_non_exhaustive()
    }
}
