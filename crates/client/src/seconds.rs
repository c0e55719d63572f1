//! A span of time as users write it.

use std::time::Duration;

use zoomout_core::Error;

/// The longest span that can be asked for, about 31 years.
const MOST_SECONDS: u64 = 1_000_000_000;

/// A span of time that a user wrote as a number of seconds.
///
/// # Errors
/// [`ErrorKind::Invalid`](zoomout_core::ErrorKind::Invalid), naming the field, unless it is above 0 and at most
/// a thousand million seconds.
pub fn seconds(field: &'static str, seconds: f64) -> Result<Duration, Error> {
    above_zero(field, seconds, "seconds", 1)
}

/// A span of time that a user wrote as a number of milliseconds.
///
/// # Errors
/// As [`seconds`], in the unit of the user.
///
/// ```
/// let error = zoomout::milliseconds("callTimeoutMs", -1.0).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "callTimeoutMs must be above 0 and at most 1000000000000 milliseconds, got -1"
/// );
/// ```
pub fn milliseconds(field: &'static str, milliseconds: f64) -> Result<Duration, Error> {
    above_zero(field, milliseconds, "milliseconds", 1_000)
}

fn above_zero(field: &'static str, number: f64, unit: &str, a_second: u32) -> Result<Duration, Error> {
    match Duration::try_from_secs_f64(number / f64::from(a_second)) {
        Ok(span) if !span.is_zero() && span <= Duration::from_secs(MOST_SECONDS) => Ok(span),
        _ => {
            let most = MOST_SECONDS.saturating_mul(a_second.into());
            Err(Error::invalid(
                field,
                format_args!("must be above 0 and at most {most} {unit}, got {}", written(number)),
            ))
        }
    }
}

/// A number as people write it: without three hundred zeros.
fn written(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_both_limits_and_the_unit() {
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 1e9 + 1.0, 1e-12] {
            let error = seconds("timeout", wrong).unwrap_err();
            let limits = "timeout must be above 0 and at most 1000000000 seconds, got ";
            assert!(error.to_string().starts_with(limits), "{error}");
            assert_eq!(error.field(), Some("timeout"));
        }
        assert!(seconds("timeout", 1e300).unwrap_err().to_string().ends_with(", got 1e300"));
        assert_eq!(seconds("timeout", 1e9).unwrap(), Duration::from_secs(MOST_SECONDS));
    }

    #[test]
    fn milliseconds_are_a_thousandth() {
        assert_eq!(milliseconds("timeoutMs", 1.5).unwrap(), Duration::from_micros(1_500));
        assert_eq!(milliseconds("timeoutMs", 1e12).unwrap(), Duration::from_secs(MOST_SECONDS));
    }
}
