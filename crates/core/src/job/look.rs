//! What follows from one look at a task.

use alloc::format;
use alloc::string::String;

use http::Response;

use crate::error::ApiError;
use crate::error::{Billed, Error, ErrorKind};
use crate::values::TaskId;
use crate::wire::MidjourneyTask;
use crate::wire::Task;
use crate::wire::answer::Answer;

/// What one look at a task brought.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
pub(crate) enum Look {
    /// The task.
    Seen(Task),
    /// No such task. A fresh one may just not have arrived yet.
    Unknown(ApiError),
    /// Nothing for now; a look harms nobody, so try again.
    Nothing(ApiError),
    /// The server will not show it.
    Refused(ApiError),
}

impl Look {
    pub(crate) fn of(answer: &Answer, task_id: &TaskId) -> Self {
        if let (true, Some(task)) = (answer.is_success(), answer.task(task_id)) {
            return Self::Seen(task);
        }
        let error = answer.to_api_error();
        match status_meant(answer, &error) {
            400 | 404 => Self::Unknown(error),
            // A success that shows no task is cut, garbled, or from somebody in between.
            200..300 | 408 | 409 | 425 | 429 | 500.. => Self::Nothing(error),
            _ => Self::Refused(error),
        }
    }
}

/// The status that an answer means: an error inside a 200 carries its own, or a Midjourney code.
fn status_meant(answer: &Answer, error: &ApiError) -> u16 {
    if !answer.is_success() {
        return answer.status;
    }
    match error.code.as_deref().and_then(|code| code.parse().ok()) {
        Some(3) => 404,
        Some(4) => 400,
        Some(code @ 400..600) => code,
        _ => answer.status,
    }
}

impl Task {
    /// Reads the answer to a single look (`GET /v1/tasks/{task_id}`).
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if the server answered with an error, [`ErrorKind::Protocol`] if its answer
    /// holds no task. Looking is free.
    pub fn from_response(response: &Response<impl AsRef<[u8]>>, asked: &TaskId) -> Result<Self, Error> {
        let answer = Answer::read(response);
        let task = if answer.is_success() { answer.task(asked) } else { None };
        task.ok_or_else(|| not_shown(&answer, asked))
    }
}

impl MidjourneyTask {
    /// Reads the answer to a single look (`GET /v1/midjourney/{task_id}`).
    ///
    /// # Errors
    /// As [`Task::from_response`].
    pub fn from_response(response: &Response<impl AsRef<[u8]>>, asked: &TaskId) -> Result<Self, Error> {
        let answer = Answer::read(response);
        let task = if answer.is_success() { answer.midjourney_task(asked) } else { None };
        task.ok_or_else(|| not_shown(&answer, asked))
    }
}

fn not_shown(answer: &Answer, task_id: &TaskId) -> Error {
    if answer.is_success() && answer.error_object().is_none() {
        return Error::new(ErrorKind::Protocol, Billed::No, "the server's answer shows no task")
            .about(task_id)
            .caused_by(&answer.to_api_error().message);
    }
    refused("to show the task", answer.to_api_error(), Billed::No).about(task_id)
}

/// The server said no: to what, and in which words.
pub(crate) fn refused(what: &str, api: ApiError, billed: Billed) -> Error {
    let status = api.status.map(|status| format!(" (status {status})")).unwrap_or_default();
    let message: String = format!("the server refused {what}{status}");
    Error::new(ErrorKind::Refused, billed, message).caused_by(&api.message).answered(api)
}
