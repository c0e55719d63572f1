//! A span of time as users write it.

use std::time::Duration;

use zoomout_core::Error;

/// A span of time that a user wrote as a number of seconds.
///
/// # Errors
/// [`ErrorKind::Invalid`](zoomout_core::ErrorKind::Invalid), naming the field, unless it is a number above 0.
pub fn seconds(field: &'static str, seconds: f64) -> Result<Duration, Error> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(span) if !span.is_zero() => Ok(span),
        _ => Err(Error::invalid(field, format_args!("must be a number of seconds above 0, got {seconds}"))),
    }
}
