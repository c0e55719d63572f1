//! Submissions that are out are counted: whoever is stopped meanwhile waits for their answers.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use http::{Request, Response, Uri};
use zoomout::{Context, Failure, FetchError, Transport};

use crate::known::Known;

/// A transport that knows when a submission is out.
pub(crate) struct Sending {
    inner: Arc<dyn Transport>,
    known: Known,
}

impl Sending {
    pub(crate) fn new(inner: Arc<dyn Transport>, known: Known) -> Self {
        Self { inner, known }
    }
}

impl Transport for Sending {
    fn send(&self, request: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        let _out = (!request.method().is_safe()).then(|| self.known.sending());
        self.inner.send(request, context)
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
