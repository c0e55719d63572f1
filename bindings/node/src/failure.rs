//! What went wrong, as JSON in the message of an error.

use napi::{Error, Status};
use zoomout_binding::json;

/// An error of ours on its way to `errors.js`.
pub(crate) fn thrown(error: &zoomout::Error) -> Error {
    Error::new(Status::GenericFailure, json(error))
}

/// A number that must be whole: JavaScript has no other numbers.
pub(crate) fn whole(field: &'static str, number: f64) -> Result<i64, zoomout::Error> {
    let text = number.to_string();
    text.parse()
        .map_err(|_| zoomout::Error::invalid(field, format_args!("must be a whole number, got {text}")))
}
