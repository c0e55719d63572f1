//! What went wrong, as JSON in the message of an error.

use napi::{Error, Status};
use napi_derive::napi;
use zoomout_binding::json;

use crate::loose::{self, Loose};

/// An error of ours on its way to `errors.js`.
pub(crate) fn thrown(error: &zoomout::Error) -> Error {
    Error::new(Status::GenericFailure, json(error))
}

/// The refusal of an argument that only JavaScript can judge, as JSON.
#[napi(catch_unwind)]
pub fn refusal(argument: String) -> String {
    let refused = match argument.as_str() {
        "signal" => zoomout::Error::invalid("signal", "must be an AbortSignal"),
        "onProgress" => zoomout::Error::invalid("onProgress", "must be a function"),
        _ => zoomout::Error::invalid("requests", "must be an iterable of zooms; for one there is zoom"),
    };
    json(&refused)
}

/// What is known of a wait whose listener threw when the task had been seen to its end, as JSON.
#[napi(catch_unwind)]
pub fn stopped_by_listener(task_id: Option<Loose<'_>>) -> napi::Result<String> {
    let task_id = loose::task_id(task_id).map_err(|error| thrown(&error))?;
    Ok(json(&zoomout::Error::stopped_by_listener(&task_id)))
}
