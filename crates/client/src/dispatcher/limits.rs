//! How much a dispatcher may do at once.

use std::num::NonZeroUsize;

/// How much a [`Dispatcher`](crate::Dispatcher) may do at once. Waiting costs nothing: these bound
/// requests, not jobs.
///
/// ```
/// let limits = zoomout::Limits { submits_per_minute: Some(60), ..zoomout::Limits::default() };
/// assert_eq!(limits.requests.get(), 64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in flight, each on a thread of its own while it lasts. With an answer after 150 ms,
    /// one thread makes about 6 requests a second.
    pub requests: NonZeroUsize,
    /// Submissions among them.
    pub submissions: NonZeroUsize,
    /// Submissions a minute; `None`: as many as the server takes. It has a limit of its own that nobody
    /// publishes; whoever hears a 429 slows down all.
    pub submits_per_minute: Option<u32>,
}

impl Limits {
    const REQUESTS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
    /// The documents' own example allows itself 10 (reference, section 13).
    const SUBMISSIONS: NonZeroUsize = NonZeroUsize::new(10).unwrap();
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: Self::REQUESTS, submissions: Self::SUBMISSIONS, submits_per_minute: None }
    }
}
