//! For the tests of programs that use this client: no socket, no key, no waiting.
//!
//! A [`Script`] is a [`Transport`] that answers as it was told to; a [`JumpingClock`] lets the time pass as
//! soon as somebody waits for it. What a program does with a [`Client`](crate::Client) then takes no time at
//! all, and costs nothing.
//!
//! ```
//! use std::sync::Arc;
//! use zoomout::testing::{JumpingClock, Script};
//! use zoomout::{ApiKey, Client, TaskId, Zoom};
//!
//! let script = Arc::new(
//!     Script::new()
//!         .answer(200, r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#)
//!         .answer(503, "come back later")
//!         .answer(200, r#"{"data":{"id":"task_new","status":"completed","result":{"url":"https://h/0.png"}}}"#),
//! );
//! let client = Client::builder(ApiKey::new("sk-test")?)
//!     .transport(script.clone())
//!     .clock(Arc::new(JumpingClock::new()))
//!     .build()?;
//! let task = client.zoom(&Zoom::by_ratio(TaskId::new("task_parent")?, None))?;
//! assert_eq!(task.images[0].url, "https://h/0.png");
//! assert_eq!(script.submissions(), 1);
//! # Ok::<(), zoomout::Error>(())
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Request, Response, StatusCode, Uri};
use zoomout_core::{Failure, Instant, Progress, Status, Task, TaskId};

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::transport::{Context, FetchError, Transport};

/// A transport that answers each API call with the next line of a script, and each download with the next
/// picture. Where the script has ended, a call ends as one that never left this machine.
#[derive(Default)]
pub struct Script {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    replies: VecDeque<Result<Response<Vec<u8>>, Failure>>,
    pictures: VecDeque<Result<Vec<u8>, FetchError>>,
    requests: Vec<Request<Vec<u8>>>,
}

impl Script {
    /// An empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next call is answered with this status and this body.
    #[must_use]
    pub fn answer(self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.respond(response)
    }

    /// The next call is answered with this.
    #[must_use]
    pub fn respond(self, response: Response<Vec<u8>>) -> Self {
        self.lines().replies.push_back(Ok(response));
        self
    }

    /// The next call has no answer; see [`Failure::not_sent`] and [`Failure::unknown`].
    #[must_use]
    pub fn fail(self, failure: Failure) -> Self {
        self.lines().replies.push_back(Err(failure));
        self
    }

    /// The next download brings these bytes, or this trouble.
    #[must_use]
    pub fn picture(self, picture: Result<Vec<u8>, FetchError>) -> Self {
        self.lines().pictures.push_back(picture);
        self
    }

    /// The API calls so far.
    pub fn requests(&self) -> Vec<Request<Vec<u8>>> {
        self.lines().requests.clone()
    }

    /// How many of them could have cost money.
    pub fn submissions(&self) -> usize {
        self.lines().requests.iter().filter(|request| !request.method().is_safe()).count()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Vec<u8>>, _: &Context) -> Result<Response<Vec<u8>>, Failure> {
        let mut lines = self.lines();
        lines.requests.push(request);
        lines.replies.pop_front().unwrap_or_else(|| Err(Failure::not_sent("the script has ended")))
    }

    fn fetch(&self, _: &Uri, _: u64, sink: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        let picture = self.lines().pictures.pop_front();
        let picture =
            picture.unwrap_or_else(|| Err(FetchError::Network("the script has ended".to_owned())))?;
        sink.write_all(&picture).map_err(FetchError::Sink)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        f.debug_struct("Script")
            .field("replies", &lines.replies.len())
            .field("requests", &lines.requests.len())
            .finish_non_exhaustive()
    }
}

/// A clock that jumps ahead as soon as somebody waits: half an hour passes in no time.
///
/// It jumps whatever else goes on meanwhile: where several jobs share it, a transport that takes its time would
/// see theirs pass. A [`Script`] answers at once.
#[derive(Debug, Default)]
pub struct JumpingClock(Mutex<Instant>);

impl JumpingClock {
    /// A clock at the origin of time.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets so much time pass.
    pub fn advance(&self, span: Duration) {
        let mut now = self.time();
        *now = *now + span;
    }

    fn time(&self) -> MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Instant {
        *self.time()
    }

    fn sleep_until(&self, until: Instant, cancel: &CancelToken) {
        if !cancel.is_cancelled() {
            let mut now = self.time();
            *now = until.max(*now);
        }
    }
}

/// A task of which nothing else is known; its other fields can be set one by one. Whatever else a test may need
/// has a `new`: [`Image::new`](crate::Image::new), [`Submission::new`](crate::Submission::new) and so on.
///
/// ```
/// use zoomout::Status;
///
/// let mut task = zoomout::testing::task("task_1", Status::Processing)?;
/// task.progress = Some(40);
/// # Ok::<(), zoomout::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the id is none.
pub fn task(task_id: &str, status: Status) -> Result<Task, zoomout_core::Error> {
    Ok(Task::new(TaskId::new(task_id)?, status))
}

/// News of a task: where it stands, as an observer hears it.
///
/// # Errors
/// As [`task`].
pub fn progress(task_id: &str, status: Status, percent: u8) -> Result<Progress, zoomout_core::Error> {
    Ok(Progress::new(TaskId::new(task_id)?, status, Some(percent)))
}
