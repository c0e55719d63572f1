//! What one look at a task brought.

use alloc::format;
use alloc::string::String;

use crate::error::{ApiError, Billed, Error, ErrorKind};
use crate::values::TaskId;
use crate::wire::{Answer, Task};

/// What one look at a task brought.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
pub(crate) enum Sight {
    /// The task.
    Seen(Task),
    /// No such task. A fresh one may just not have arrived yet.
    Unknown(ApiError),
    /// Nothing for now; a look harms nobody, so try again.
    Nothing(ApiError),
    /// The server will not show it.
    Refused(ApiError),
}

impl Sight {
    pub(crate) fn of(answer: &Answer, task_id: &TaskId) -> Self {
        if let (true, Some(task)) = (answer.is_success(), answer.task(task_id)) {
            return Self::Seen(task);
        }
        let error = answer.to_api_error();
        match error.meant().unwrap_or(answer.status) {
            400 | 404 => Self::Unknown(error),
            // A success that shows no task is cut, garbled, or from somebody in between.
            200..300 | 408 | 409 | 425 | 429 | 500.. => Self::Nothing(error),
            _ => Self::Refused(error),
        }
    }
}

/// The server said no: to what, and in which words.
pub(crate) fn refused(what: &str, api: ApiError, billed: Billed) -> Error {
    let status = api.status.map(|status| format!(" (status {status})")).unwrap_or_default();
    let message: String = format!("the server refused {what}{status}");
    Error::new(ErrorKind::Refused, billed, message).caused_by(&api.message).answered(api)
}
