//! What went wrong, as data.

use napi_derive::napi;

/// The fields of an error; `index.js` makes them an instance of the class of its kind.
#[napi(object, object_from_js = false)]
pub struct Failure {
    /// The kind of error, such as `invalid`.
    pub code: String,
    /// One line in plain words.
    pub message: String,
    /// `no`, `maybe` or `yes`: whether money was spent.
    pub billed: String,
    /// The field that was refused.
    pub field: Option<String>,
    /// The task that was paid for or looked at.
    pub task_id: Option<String>,
    /// What to do next.
    pub next_step: String,
}

impl From<&zoomout_core::Error> for Failure {
    fn from(error: &zoomout_core::Error) -> Self {
        Self {
            code: error.kind().as_str().to_owned(),
            message: error.to_string(),
            billed: error.billed().as_str().to_owned(),
            field: error.field().map(str::to_owned),
            task_id: error.task_id().map(ToString::to_string),
            next_step: error.next_step().to_owned(),
        }
    }
}
