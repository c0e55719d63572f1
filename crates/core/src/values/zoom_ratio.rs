//! How far to zoom out.

use core::fmt;

use serde::{Serialize, Serializer};

use super::checked::checked;
use crate::error::Invalid;

/// A zoom ratio: any number that is finite and above 0.
///
/// The API turns it into one of two tiers and reads nothing else from it: see
/// [`Tier::for_ratio`](crate::Tier::for_ratio). Zero, negative and infinite values are refused here
/// because nobody documents which tier they would buy (reference, section 14.16).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct ZoomRatio(f64);

impl ZoomRatio {
    /// Takes a finite number above 0.
    ///
    /// # Errors
    /// [`Invalid`] for 0, negative numbers, NaN and infinity.
    /// Nothing was sent.
    pub fn new(ratio: f64) -> Result<Self, Invalid> {
        if ratio.is_finite() && ratio > 0.0 {
            return Ok(Self(ratio));
        }
        Err(Invalid::new("zoom_ratio", format_args!("must be a finite number above 0, got {ratio}")))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for ZoomRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A whole number is written without a fraction, as a person would: `2`, not `2.0`.
impl Serialize for ZoomRatio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match whole(self.0) {
            Some(number) => serializer.serialize_u32(number),
            None => serializer.serialize_f64(self.0),
        }
    }
}

fn whole(ratio: f64) -> Option<u32> {
    use alloc::string::ToString;
    ratio.to_string().parse().ok()
}

checked!(ZoomRatio, f64, ZoomRatio::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_buys_an_unknown_tier() {
        for ratio in [0.0, -0.0, -1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(ZoomRatio::new(ratio).unwrap_err().field(), "zoom_ratio", "{ratio}");
        }
    }

    #[test]
    fn is_written_as_a_person_would() {
        for (ratio, json) in
            [(2.0, "2"), (1.5, "1.5"), (2.0_f64.next_down(), "1.9999999999999998"), (1e30, "1e+30")]
        {
            let ratio = ZoomRatio::new(ratio).unwrap();
            assert_eq!(serde_json::to_string(&ratio).unwrap(), json);
        }
    }
}
