//! `-v`: shows each call and its answer, never the key.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use http::{Request, Response, Uri};
use zoomout::{ApiKey, Context, Failure, FetchError, Transport};

use crate::fit;
use crate::output::Output;

/// So much of a content is shown; an answer of the API is smaller.
const MAX_SHOWN: usize = 64 << 10;

/// A transport that tells what passes through it.
#[derive(Debug)]
pub(crate) struct Trace {
    inner: Arc<dyn Transport>,
    output: Output,
    key: ApiKey,
    bodies: bool,
}

impl Trace {
    pub(crate) fn new(inner: Arc<dyn Transport>, output: Output, key: ApiKey, bodies: bool) -> Self {
        Self { inner, output, key, bodies }
    }

    fn body(&self, mark: char, body: &[u8]) {
        if self.bodies && !body.is_empty() {
            let mut body = body.to_vec();
            self.key.redact(&mut body);
            let shown = body.get(..MAX_SHOWN).unwrap_or(&body);
            let rest = body.len() - shown.len();
            let rest = if rest > 0 { format!("… and {rest} bytes more") } else { String::new() };
            let shown = String::from_utf8_lossy(shown).escape_debug().to_string().replace("\\\"", "\"");
            self.output.note(&format!("{mark} {shown}{rest}"));
        }
    }
}

impl Transport for Trace {
    fn send(&self, request: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        self.output.note(&format!("> {} {}", request.method(), fit::exact(request.uri())));
        self.body('>', request.body());
        let start = Instant::now();
        let result = self.inner.send(request, context);
        let took = start.elapsed();
        match &result {
            Ok(response) => {
                self.output.note(&format!("< {} ({took:.0?})", response.status()));
                self.body('<', response.body());
            }
            Err(failure) => {
                self.output.note(&format!(
                    "< {} ({:?}, {took:.0?})",
                    fit::exact(&failure.cause),
                    failure.delivery
                ));
            }
        }
        result
    }

    fn fetch(
        &self,
        uri: &Uri,
        limit: u64,
        sink: &mut dyn Write,
        context: &Context,
    ) -> Result<(), FetchError> {
        self.output.note(&format!("> GET {}", fit::exact(uri)));
        let start = Instant::now();
        let result = self.inner.fetch(uri, limit, sink, context);
        let took = start.elapsed();
        match &result {
            Ok(()) => self.output.note(&format!("< picture ({took:.0?})")),
            Err(error) => {
                self.output.note(&format!("< {} ({took:.0?})", fit::exact(format_args!("{error:?}"))));
            }
        }
        result
    }
}
