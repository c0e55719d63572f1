//! What went wrong, whether it may have cost money, and what to do next.

mod api_error;
mod billed;
mod invalid;
mod kind;
mod next_step;

pub use api_error::ApiError;
pub use billed::Billed;
pub use invalid::Invalid;
pub use kind::ErrorKind;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;
use core::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::action::Action;
use crate::values::TaskId;
use crate::wire::{Submission, Task};

/// The error of every operation. `Display` is one line in our own words; what lies beneath is in
/// [`source`](core::error::Error::source), the server's answer in [`api`](Self::api).
#[derive(Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq)]
struct Inner {
    kind: ErrorKind,
    billed: Billed,
    message: String,
    field: Option<&'static str>,
    task_id: Option<TaskId>,
    api: Option<ApiError>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

/// A foreign error, kept as its text: it can be cloned, compared and carried into other languages.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Cause {}

impl Error {
    /// What is known about money is for the machines to say: they alone know what they sent.
    pub(crate) fn new(kind: ErrorKind, billed: Billed, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            billed,
            message: message.into(),
            field: None,
            task_id: None,
            api: None,
            retry_after: None,
            cause: None,
        }))
    }

    /// An error of something that costs nothing, or that stopped before anything was sent.
    pub fn unsent(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, Billed::No, message)
    }

    /// An error after this submission was accepted, and so billed.
    pub fn accepted(kind: ErrorKind, submission: &Submission, message: impl Into<String>) -> Self {
        Self::new(kind, Billed::Yes, message).about(&submission.task_id)
    }

    /// The same error, of a wait for what was accepted: what a look did not show is paid for all the same. A task that
    /// failed is refunded.
    #[must_use]
    pub fn after(self, submission: &Submission) -> Self {
        if self.kind() == ErrorKind::TaskFailed { self } else { self.paid_for(&submission.task_id) }
    }

    /// An error after this task was seen, which somebody paid for.
    pub fn seen(kind: ErrorKind, task: &Task, message: impl Into<String>) -> Self {
        Self::new(kind, Billed::Yes, message).about(&task.task_id)
    }

    /// An error while this action was out: it may have been accepted, and billed.
    pub fn in_doubt(kind: ErrorKind, _out: &Action, message: impl Into<String>) -> Self {
        Self::new(kind, Billed::Maybe, message)
    }

    /// A listener stopped the wait for this task, which it had been told of, and which somebody paid for.
    pub fn stopped_by_listener(task_id: &TaskId) -> Self {
        Self::new(ErrorKind::Cancelled, Billed::Yes, "stopped by its listener").about(task_id)
    }

    /// Input that cannot be sent: `field` is its name in the API, `problem` reads on from the name.
    pub fn invalid(field: &'static str, problem: impl fmt::Display) -> Self {
        Invalid::new(field, problem).into()
    }

    /// Names the task that the error is about.
    #[must_use]
    pub fn about(mut self, task_id: &TaskId) -> Self {
        self.0.task_id = Some(task_id.clone());
        self
    }

    /// Names the task that it is about, which was paid for.
    #[must_use]
    pub(crate) fn paid_for(mut self, task_id: &TaskId) -> Self {
        self.0.billed = Billed::Yes;
        self.about(task_id)
    }

    /// Adds to the message what else the reader must know.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.0.message.push_str("; ");
        self.0.message.push_str(note);
        self
    }

    /// Keeps the error beneath.
    #[must_use]
    pub fn caused_by(mut self, cause: &impl ToString) -> Self {
        self.0.cause = Some(Cause(cause.to_string()));
        self
    }

    /// Keeps the server's answer.
    #[must_use]
    pub(crate) fn answered(mut self, api: ApiError) -> Self {
        self.0.retry_after = api.retry_after;
        self.0.api = Some(api);
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether money was spent.
    pub fn billed(&self) -> Billed {
        self.0.billed
    }

    /// The field that was refused, for [`ErrorKind::Invalid`].
    pub fn field(&self) -> Option<&'static str> {
        self.0.field
    }

    /// The task that was paid for or looked at, if its id is known.
    pub fn task_id(&self) -> Option<&TaskId> {
        self.0.task_id.as_ref()
    }

    /// What the server answered, if it did.
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    /// How long the server asked us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The id under which the server knows the request.
    pub fn request_id(&self) -> Option<&str> {
        self.api().and_then(|api| api.request_id.as_deref())
    }

    /// The error beneath, as text: the same as [`source`](core::error::Error::source).
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_ref().map(|cause| cause.0.as_str())
    }

    /// What to do next, in a sentence that holds in every language and on the command line.
    pub fn next_step(&self) -> &'static str {
        next_step::advise(self.kind(), self.billed(), self.api())
    }
}

/// Nothing was sent, so nothing was charged.
impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        let mut error = Self::new(ErrorKind::Invalid, Billed::No, invalid.to_string());
        error.0.field = Some(invalid.field());
        error
    }
}

/// As JSON: everything an error knows, `null` for what it does not; `retry_after` in seconds. The same
/// in every language and from the command line.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let api = self.api();
        let mut members = serializer.serialize_struct("Error", 13)?;
        members.serialize_field("kind", self.kind().as_str())?;
        members.serialize_field("message", &self.to_string())?;
        members.serialize_field("billed", self.billed().as_str())?;
        members.serialize_field("field", &self.field())?;
        members.serialize_field("task_id", &self.task_id())?;
        members.serialize_field("status", &api.and_then(|api| api.status))?;
        members.serialize_field("type", &api.and_then(|api| api.kind.as_deref()))?;
        members.serialize_field("code", &api.and_then(|api| api.code.as_deref()))?;
        members.serialize_field("reasons", &api.map(ApiError::reasons).unwrap_or_default())?;
        members.serialize_field("request_id", &self.request_id())?;
        members.serialize_field("retry_after", &self.retry_after().map(|wait| wait.as_secs()))?;
        members.serialize_field("next_step", self.next_step())?;
        members.serialize_field("cause", &self.cause())?;
        members.end()
    }
}

/// What happened, in our words, and the server's reason if it gave one.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.api() {
            Some(api) => write!(f, ": {}", api.message),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("billed", &self.0.billed)
            .field("message", &self.0.message)
            .field("task_id", &self.0.task_id)
            .field("api", &self.0.api)
            .field("retry_after", &self.0.retry_after)
            .field("cause", &self.0.cause)
            .finish_non_exhaustive()
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| {
            let cause: &(dyn core::error::Error + 'static) = cause;
            cause
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::error::Error as _;

    #[test]
    fn the_cause_is_in_source_and_not_in_display() {
        let error =
            Error::new(ErrorKind::Transport, Billed::No, "could not reach the server").caused_by(&"refused");
        assert_eq!(error.to_string(), "could not reach the server");
        assert_eq!(error.source().unwrap().to_string(), "refused");
    }
}
