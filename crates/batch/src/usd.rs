//! Money, exactly.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// So many of the smallest unit are one USD.
const ONE: u64 = 1_000_000_000;

/// So many digits follow the point at most.
const DIGITS: usize = 9;

/// An amount of money in USD, exact to a thousand-millionth: what is added up stays true to the last digit.
///
/// ```
/// use zoomout_batch::Usd;
///
/// let price: Usd = "0.05504".parse()?;
/// assert_eq!(price.times(1_000_000).to_string(), "55040.00");
/// # Ok::<(), zoomout_batch::NoAmount>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u64);

/// What is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAmount;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum, or the largest amount there is: no sum is ever too small.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or nothing.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times this, or the largest amount there is.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// An amount that the API told as a number, rounded: it may carry binary noise, such as
    /// 0.047920000000000004 (reference, section 5.2).
    pub fn rounded(number: f64) -> Option<Self> {
        format!("{number:.DIGITS$}").parse().ok()
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl FromStr for Usd {
    type Err = NoAmount;

    /// Digits, and up to nine more after a point.
    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > DIGITS {
            return Err(NoAmount);
        }
        let whole: u64 = whole.parse().map_err(|_| NoAmount)?;
        let part: u64 = format!("{part:0<DIGITS$}").parse().map_err(|_| NoAmount)?;
        whole.checked_mul(ONE).and_then(|whole| whole.checked_add(part)).map(Self).ok_or(NoAmount)
    }
}

/// At least two digits after the point, or as many as a precision asks for, and no zeros beyond.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:0DIGITS$}", self.0 / ONE, self.0 % ONE);
        let spare = DIGITS.saturating_sub(f.precision().unwrap_or(2));
        let (least, rest) = text.split_at(text.len() - spare);
        f.pad_integral(true, "", &format!("{least}{}", rest.trim_end_matches('0')))
    }
}

impl fmt::Display for NoAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an amount in USD such as 0.05504")
    }
}

impl std::error::Error for NoAmount {}

/// A number, as the API writes it.
impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

/// A number, or the same as text. What a person writes has so few digits that the number's shortest form is what
/// was written.
impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text.parse(),
            serde_json::Value::Number(number) => match (number.as_u64(), number.as_f64()) {
                (Some(whole), _) => whole.to_string().parse(),
                (None, Some(number)) => number.to_string().parse(),
                (None, None) => Err(NoAmount),
            },
            _ => Err(NoAmount),
        };
        amount.map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn as_it_is_written() {
        for (text, shown) in
            [("0", "0.00"), ("0.1", "0.10"), ("0.05504", "0.05504"), ("12.000000001", "12.000000001")]
        {
            assert_eq!(usd(text).to_string(), shown);
        }
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1e-3", "0.0000000001", "NaN", "1,5", " 1", "99999999999999"]
        {
            assert_eq!(text.parse::<Usd>(), Err(NoAmount), "{text}");
        }
    }

    #[test]
    fn numbers_of_the_api_lose_their_noise() {
        assert_eq!(Usd::rounded(0.047_920_000_000_000_004), Some(usd("0.04792")));
        assert_eq!(Usd::rounded(0.1 + 0.2), Some(usd("0.3")));
        for number in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Usd::rounded(number), None, "{number}");
        }
    }

    #[test]
    fn json_is_a_number_or_text() {
        for text in ["0.05504", r#""0.05504""#, "0.055040"] {
            assert_eq!(serde_json::from_str::<Usd>(text).unwrap(), usd("0.05504"));
        }
        assert_eq!(serde_json::to_string(&usd("0.05504")).unwrap(), "0.05504");
        for text in ["-1", "null", "true", "[]", r#""free""#, "1e-12"] {
            assert!(serde_json::from_str::<Usd>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn sums_are_exact(amounts in proptest::collection::vec(0_u64..10_000_000, 0..200)) {
            let sum: Usd = amounts.iter().map(|units| usd(&format!("0.{units:08}"))).sum();
            prop_assert_eq!(sum, Usd(amounts.iter().sum::<u64>() * 10));
        }

        #[test]
        fn what_is_shown_reads_back(units in any::<u64>()) {
            prop_assert_eq!(Usd(units).to_string().parse(), Ok(Usd(units)));
        }
    }
}
