//! The way to the network, as a trait: ureq is one implementation, tests script another.

use std::fmt::Debug;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use http::{Request, Response, Uri};
use zoomout_core::Failure;

use crate::cancel::CancelToken;
use crate::departure::Departure;

/// Carries requests. One call at a time per thread; shared between threads.
pub trait Transport: Debug + Send + Sync {
    /// Makes one API call and reads its whole answer, whatever its status; redirects are answers.
    ///
    /// A request whose method is not safe (RFC 9110 section 9.2.1) goes out at most once, and on a fresh
    /// connection: on a reused one, a server that hung up long ago would turn "never arrived" into "may
    /// have arrived". No phase of the call lasts longer than [`Context::by`], and once [`Context::cancel`] is
    /// set, nothing more is sent and the call ends at once: as [`Failure::not_sent`] if no byte of it was on its
    /// way, otherwise as [`Failure::unknown`], unless the answer is there. A client never sets it for a submission
    /// that may have left: whoever waits for that is let go, and this reads on; see [`Context::hold`].
    ///
    /// # Errors
    /// A [`Failure`] that says whether the request may have reached the server.
    fn send(&self, request: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure>;

    /// Downloads a picture into `sink`: without the API key, over https (http from this machine only),
    /// following redirects, and never more than `limit` bytes. It ends as a call does.
    ///
    /// # Errors
    /// See [`FetchError`].
    fn fetch(&self, uri: &Uri, limit: u64, sink: &mut dyn Write, context: &Context)
    -> Result<(), FetchError>;
}

/// When a call ends, if not by itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context {
    /// As soon as somebody cancels.
    pub cancel: CancelToken,
    /// At this moment of real time; never where it is absent.
    pub by: Option<Instant>,
    pub(crate) departure: Departure,
}

impl Context {
    /// A call that ends when somebody cancels, and within this time.
    pub fn new(cancel: &CancelToken, within: Duration) -> Self {
        let by = Instant::now().checked_add(within);
        Self { cancel: cancel.clone(), by, departure: Departure::default() }
    }

    /// The same call, which ends by then in any case.
    pub(crate) fn no_later_than(&self, until: Option<Instant>) -> Self {
        let by = [self.by, until].into_iter().flatten().min();
        Self { by, ..self.clone() }
    }

    /// A call of its own that ends no later, but when somebody cancels this instead.
    pub(crate) fn stopped_by(&self, cancel: &CancelToken) -> Self {
        Self { cancel: cancel.clone(), by: self.by, departure: Departure::default() }
    }

    /// Says that nothing of the request has left, and that nothing will before [`leave`](Self::leave) allows it.
    ///
    /// A transport that says so can be stopped with the certainty that nothing was sent. Of one that does not, a
    /// client that is stopped must think that the request has left as soon as the call has begun.
    pub fn hold(&self) {
        self.departure.wait();
    }

    /// Whether the request may leave. If so, it counts as sent from now on; if not, it was cancelled or its time
    /// was up before that, nobody waits for it any more, and nothing of it may leave.
    #[must_use]
    pub fn leave(&self) -> bool {
        if self.left() == Some(Duration::ZERO) {
            self.departure.hold_back();
        }
        self.departure.leave()
    }

    /// How long the call may still last.
    pub fn left(&self) -> Option<Duration> {
        self.by.map(|by| by.saturating_duration_since(Instant::now()))
    }
}

/// Why a picture could not be downloaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The link, or the place that it redirects to, is not one that is followed.
    NotAllowed(String),
    /// The host answered with this status.
    Status(u16),
    /// The picture is larger than the limit, in bytes.
    TooLarge(u64),
    /// The network failed, or the picture was cut short.
    Network(String),
    /// The bytes could not be written.
    Sink(io::Error),
    /// The cancel token was set.
    Cancelled,
}
