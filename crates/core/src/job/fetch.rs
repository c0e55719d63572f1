//! The pictures of a task, fetched one after the other.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use fastrand::Rng;

use super::delivery::Failure;
use super::event::{Attempt, Event, Retry};
use super::machine::{Kind, Machine, Step};
use super::policy::Policy;
use super::schedule;
use crate::error::{Error, ErrorKind};
use crate::time::Instant;
use crate::values::TaskId;

/// A download is tried so often in all.
const TRIES: u32 = 4;

/// The download of pictures, as a [`Machine`]: one after the other, each tried again after trouble that may
/// pass. A picture is a public file, so trying again harms nobody and is free; but nobody waits for ever for
/// a host that is gone.
///
/// `P` is whatever the driver makes of a picture: the path of a file, or its bytes.
///
/// ```
/// use zoomout_core::{Fetch, Fetched, Instant, Machine, Policy, Step, Trouble};
///
/// let (mut now, mut tries) = (Instant::ZERO, 0);
/// let mut fetch = Fetch::new(None, vec!["https://h/0.png".to_owned()], Policy::default(), 7, now);
/// let error = loop {
///     match fetch.poll(now) {
///         Step::Send { call, .. } => {
///             tries += 1;
///             let trouble = Trouble::Network(format!("{} was cut short", call.link));
///             fetch.on(now, Fetched::<Vec<u8>>::Trouble(trouble));
///         }
///         Step::Wait(until) => now = until,
///         Step::Report(_) => {}
///         Step::Done(result) => break result.unwrap_err(),
///         Step::Claim(_) | Step::Record(_) => unreachable!("a download is free"),
///         Step::AwaitReply => unreachable!("every call is answered at once"),
///     }
/// };
/// assert_eq!((tries, now.as_millis() / 1_000), (4, 7));
/// assert_eq!(error.cause(), Some("https://h/0.png was cut short"));
/// ```
#[derive(Clone, Debug)]
pub struct Fetch<P> {
    task_id: Option<TaskId>,
    links: Vec<String>,
    deadline: Instant,
    failures: u32,
    rng: Rng,
    events: VecDeque<Event>,
    cancelled: bool,
    /// What is there, in the order of the links.
    fetched: Vec<P>,
    /// How people know it.
    names: Vec<String>,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// From this moment on.
    Ready(Instant),
    Out,
    Failed(Error),
}

/// The download of one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Where it can be had.
    pub link: String,
    /// Which one it is, from 1.
    pub number: usize,
    /// Of how many.
    pub count: usize,
}

impl Picture {
    /// The picture of this number, from 1, of so many.
    pub fn new(link: impl Into<String>, number: usize, count: usize) -> Self {
        Self { link: link.into(), number, count }
    }
}

/// What comes of a download.
#[derive(Clone, Debug)]
pub enum Fetched<P> {
    /// The whole picture.
    Whole {
        /// What the driver made of it.
        picture: P,
        /// How people know it, such as the path of its file.
        name: String,
    },
    /// None.
    Trouble(Trouble),
}

/// Why a picture was not fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The link, or the place that it redirects to, is not one that is followed.
    NotAllowed(String),
    /// The host answered with this status.
    Status(u16),
    /// The picture is larger than this limit, in bytes.
    TooLarge(u64),
    /// The network failed.
    Network(String),
    /// The end of the picture is missing.
    CutShort,
    /// What came is no picture.
    NoPicture,
    /// It could not be written.
    NotWritten {
        /// Where.
        place: String,
        /// Why.
        cause: String,
    },
    /// The driver was stopped.
    Cancelled,
}

impl<P> From<Failure> for Fetched<P> {
    fn from(failure: Failure) -> Self {
        Self::Trouble(Trouble::Network(failure.cause))
    }
}

impl<P> Fetch<P> {
    /// The download of what these links lead to, the pictures of `task_id` if it is known. The seed spreads
    /// the waits.
    pub fn new(task_id: Option<TaskId>, links: Vec<String>, policy: Policy, seed: u64, now: Instant) -> Self {
        let mut fetch = Self {
            task_id,
            links,
            deadline: now + policy.deadline,
            failures: 0,
            rng: Rng::with_seed(seed),
            events: VecDeque::new(),
            cancelled: false,
            fetched: Vec::new(),
            names: Vec::new(),
            stage: Stage::Ready(now),
        };
        if fetch.links.is_empty() {
            fetch.fail(Error::unsent(ErrorKind::Protocol, "the task shows no picture to download"));
        }
        fetch
    }

    fn trouble(&mut self, now: Instant, trouble: Trouble) {
        let (mut error, passes) = explain(trouble);
        self.failures = self.failures.saturating_add(1);
        let after = schedule::before_repeat(self.failures, None, &mut self.rng);
        if !passes || self.cancelled || self.failures >= TRIES || now + after >= self.deadline {
            if passes && now >= self.deadline {
                error = Error::unsent(ErrorKind::Deadline, "the time was up before the picture was fetched")
                    .caused_by(&error);
            }
            return self.fail(error);
        }
        let reason = match error.cause() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        self.events.push_back(Event::Retrying(Retry {
            attempt: Attempt::Picture,
            reason,
            after,
            rate_limited: false,
        }));
        self.stage = Stage::Ready(now + after);
    }

    /// A picture of a task was paid for; a mere link says nothing.
    fn fail(&mut self, mut error: Error) {
        if let Some(task_id) = &self.task_id {
            error = error.paid_for(task_id);
        }
        if !self.names.is_empty() {
            error = error.with_note(&format!("saved before that: {}", self.names.join(", ")));
        }
        self.stage = Stage::Failed(error);
    }
}

impl<P: Clone> Machine for Fetch<P> {
    type Call = Picture;
    type Reply = Fetched<P>;
    type Output = Vec<P>;

    fn poll(&mut self, now: Instant) -> Step<Vec<P>, Picture> {
        if let Some(event) = self.events.pop_front() {
            return Step::Report(event);
        }
        let done = self.fetched.len();
        let link = self.links.get(done);
        match (&self.stage, link) {
            (Stage::Failed(error), _) => Step::Done(Err(error.clone())),
            (Stage::Out, _) => Step::AwaitReply,
            (Stage::Ready(_), None) => Step::Done(Ok(self.fetched.clone())),
            (Stage::Ready(_), Some(_)) if now >= self.deadline => {
                self.fail(Error::unsent(
                    ErrorKind::Deadline,
                    "the time was up before the picture was fetched",
                ));
                self.poll(now)
            }
            (Stage::Ready(at), Some(_)) if now < *at => Step::Wait((*at).min(self.deadline)),
            (Stage::Ready(_), Some(link)) => {
                let call = Picture { link: link.clone(), number: done + 1, count: self.links.len() };
                self.stage = Stage::Out;
                Step::Send { call, by: self.deadline }
            }
        }
    }

    fn on(&mut self, now: Instant, reply: Fetched<P>) {
        if !matches!(self.stage, Stage::Out) {
            return;
        }
        match reply {
            Fetched::Whole { picture, name } => {
                self.fetched.push(picture);
                self.names.push(name);
                self.failures = 0;
                self.stage = Stage::Ready(now);
                if self.cancelled {
                    self.cancel();
                }
            }
            Fetched::Trouble(trouble) => self.trouble(now, trouble),
        }
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        if matches!(self.stage, Stage::Ready(_)) && self.fetched.len() < self.links.len() {
            self.fail(explain(Trouble::Cancelled).0);
        }
    }

    fn tasks(&self) -> Vec<&TaskId> {
        self.task_id.iter().collect()
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn next(&self) -> Kind {
        Kind::Download
    }
}

/// What to say of it, and whether it may pass.
fn explain(trouble: Trouble) -> (Error, bool) {
    match trouble {
        Trouble::NotAllowed(why) => {
            let message = "the link to the picture is not one that is followed";
            (Error::unsent(ErrorKind::Protocol, message).caused_by(&why), false)
        }
        Trouble::Status(status @ (408 | 425 | 429 | 500..=599)) => {
            let message = format!("the host has no picture right now (status {status})");
            (Error::unsent(ErrorKind::Transport, message), true)
        }
        Trouble::Status(status) => {
            let message =
                format!("the host refused the picture (status {status}); its link may have expired");
            (Error::unsent(ErrorKind::Refused, message), false)
        }
        Trouble::TooLarge(limit) => {
            (Error::unsent(ErrorKind::Protocol, format!("the picture is larger than {limit} bytes")), false)
        }
        Trouble::Network(cause) => {
            (Error::unsent(ErrorKind::Transport, "the picture could not be fetched").caused_by(&cause), true)
        }
        Trouble::CutShort => (Error::unsent(ErrorKind::Transport, "the picture was cut short"), true),
        Trouble::NoPicture => {
            (Error::unsent(ErrorKind::Protocol, "what came in place of the picture is no picture"), false)
        }
        Trouble::NotWritten { place, cause } => {
            let message = format!("the picture could not be written to {place}");
            (Error::unsent(ErrorKind::Storage, message).caused_by(&cause), false)
        }
        Trouble::Cancelled => {
            (Error::unsent(ErrorKind::Cancelled, "cancelled while the picture was fetched"), false)
        }
    }
}
