//! How much a client may do at once.

use std::num::NonZeroUsize;

/// How much a [`Client`](crate::Client) may do at once, whoever asks: its own methods, its clones, and all
/// [dispatchers](crate::Dispatcher) made from it. Waiting costs nothing: these bound requests, not jobs. Dispatchers
/// never have more than two threads beyond `requests` and `downloads` together; each submission that is out has one
/// more, on which it is read to its end whoever stops waiting.
///
/// ```
/// let limits = zoomout::Limits { submits_per_minute: Some(60), ..zoomout::Limits::default() };
/// assert_eq!(limits.requests.get(), 64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Submissions and looks in flight, each on a thread of its own while it lasts. With an answer after
    /// 150 ms, one thread makes about 6 requests a second.
    pub requests: NonZeroUsize,
    /// Submissions among them.
    pub submissions: NonZeroUsize,
    /// Downloads in flight, beside the requests: slow ones keep no look waiting.
    pub downloads: NonZeroUsize,
    /// Submissions a minute; `None`: as many as the server takes. It has a limit of its own that nobody
    /// publishes; whoever hears a 429 slows down all.
    pub submits_per_minute: Option<u32>,
}

impl Limits {
    const REQUESTS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
    /// The documents' own example allows itself 10 (reference, section 13).
    const SUBMISSIONS: NonZeroUsize = NonZeroUsize::new(10).unwrap();
    const DOWNLOADS: NonZeroUsize = NonZeroUsize::new(16).unwrap();
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: Self::REQUESTS,
            submissions: Self::SUBMISSIONS,
            downloads: Self::DOWNLOADS,
            submits_per_minute: None,
        }
    }
}
