//! A value before it was checked, and how each type of field is read from one.

use alloc::string::String;

use serde_json::Value;

use crate::error::Invalid;
use crate::values::{CustomId, Index, Key, Metadata, Speed, TaskId, ZoomRatio};

/// A value before it was checked: JSON, or what JSON cannot write.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// JSON.
    Json(Value),
    /// NaN or an infinity, so that they are refused as what they are.
    NonFinite(f64),
    /// Something of another language, by what it is called there: "a function".
    Foreign(&'static str),
}

impl Given {
    /// The text that it is.
    ///
    /// # Errors
    /// [`Invalid`], naming the field, if it is anything else.
    pub fn text(&self, field: &'static str) -> Result<&str, Invalid> {
        match self {
            Self::Json(Value::String(text)) => Ok(text),
            other => Err(other.must_be(field, "text")),
        }
    }

    /// The number that it is.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn number(&self, field: &'static str) -> Result<f64, Invalid> {
        let number = match self {
            Self::Json(value) => value.as_f64(),
            Self::NonFinite(number) => Some(*number),
            Self::Foreign(_) => None,
        };
        number.ok_or_else(|| self.must_be(field, "a number"))
    }

    /// The yes or no that it is.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn flag(&self, field: &'static str) -> Result<bool, Invalid> {
        match self {
            Self::Json(Value::Bool(flag)) => Ok(*flag),
            other => Err(other.must_be(field, "true or false")),
        }
    }

    /// What it is, in a message.
    fn describe(&self) -> &'static str {
        match self {
            Self::NonFinite(_) | Self::Json(Value::Number(_)) => "a number",
            Self::Json(Value::Null) => "null",
            Self::Json(Value::Bool(_)) => "a boolean",
            Self::Json(Value::String(_)) => "text",
            Self::Json(Value::Array(_)) => "a list",
            Self::Json(Value::Object(_)) => "an object",
            Self::Foreign(kind) => kind,
        }
    }

    fn must_be(&self, field: &'static str, what: &str) -> Invalid {
        match self {
            Self::Json(number @ Value::Number(_)) => {
                Invalid::new(field, format_args!("must be {what}, got {number}"))
            }
            other => Invalid::new(field, format_args!("must be {what}, got {}", other.describe())),
        }
    }
}

impl From<f64> for Given {
    fn from(number: f64) -> Self {
        serde_json::Number::from_f64(number)
            .map_or(Self::NonFinite(number), |number| Self::Json(Value::Number(number)))
    }
}

macro_rules! given_from {
    ($($type:ty),+) => {$(
        impl From<$type> for Given {
            fn from(value: $type) -> Self {
                Self::Json(value.into())
            }
        }
    )+};
}

given_from!(&str, String, i64, bool, Value);

/// How the values of a field are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// As text.
    Text,
    /// As a number.
    Number,
    /// As JSON.
    Json,
}

/// A type that a field can have.
pub(crate) trait FromGiven: Sized {
    /// Which values are accepted, in a few words that read on from "must be".
    const LIMITS: &'static str;
    /// The accepted words, where they can be listed.
    const CHOICES: &'static [&'static str] = &[];
    /// How it is written.
    const FORM: Form = Form::Text;

    /// Checks the value of this field.
    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid>;
}

/// Text, by the rule of its type.
fn text<T>(
    field: &'static str,
    given: &Given,
    limits: &str,
    new: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<T, Invalid> {
    match given {
        Given::Json(Value::String(text)) => new(text),
        other => Err(other.must_be(field, limits)),
    }
}

impl FromGiven for TaskId {
    const LIMITS: &'static str = "the id of a task";

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        text(field, given, Self::LIMITS, |text| Self::new(text))
    }
}

impl FromGiven for CustomId {
    const LIMITS: &'static str = "the custom_id of a button";

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        text(field, given, Self::LIMITS, |text| Self::new(text))
    }
}

impl FromGiven for Key {
    const LIMITS: &'static str = "1 to 256 characters without control characters";

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        text(field, given, Self::LIMITS, |text| Self::new(text))
    }
}

impl FromGiven for bool {
    const LIMITS: &'static str = "true or false";

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        given.flag(field)
    }
}

impl FromGiven for Speed {
    const LIMITS: &'static str = "relax, fast or turbo";
    const CHOICES: &'static [&'static str] =
        &[Self::Relax.as_str(), Self::Fast.as_str(), Self::Turbo.as_str()];

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        text(field, given, Self::LIMITS, str::parse)
    }
}

impl FromGiven for ZoomRatio {
    const LIMITS: &'static str = "a finite number above 0";
    const FORM: Form = Form::Number;

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        match given {
            Given::NonFinite(number) => Self::new(*number),
            Given::Json(Value::Number(number)) => {
                number.as_f64().map_or_else(|| Err(given.must_be(field, Self::LIMITS)), Self::new)
            }
            other => Err(other.must_be(field, Self::LIMITS)),
        }
    }
}

impl FromGiven for Index {
    const LIMITS: &'static str = "1, 2, 3 or 4";
    const FORM: Form = Form::Number;

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        match given {
            Given::Json(Value::Number(number)) => {
                number.as_i64().map_or_else(|| Err(given.must_be(field, Self::LIMITS)), Self::new)
            }
            other => Err(other.must_be(field, Self::LIMITS)),
        }
    }
}

impl FromGiven for Metadata {
    const LIMITS: &'static str = "a JSON object";
    const FORM: Form = Form::Json;

    fn from_given(field: &'static str, given: &Given) -> Result<Self, Invalid> {
        match given {
            Given::Json(value) => Self::new(value.clone()),
            other => Err(other.must_be(field, Self::LIMITS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_type_is_refused_by_name_and_kind() {
        let refused = [
            Given::from(5_i64).text("path").map(drop),
            Given::Foreign("a function").text("path").map(drop),
            Given::from("5").number("window").map(drop),
            Given::from(Value::Null).flag("inOrder").map(drop),
        ];
        let told = refused.map(|refused| alloc::string::ToString::to_string(&refused.unwrap_err()));
        let expected = [
            "path must be text, got 5",
            "path must be text, got a function",
            "window must be a number, got text",
            "inOrder must be true or false, got null",
        ];
        assert_eq!(told, expected);
        assert!(Given::NonFinite(f64::NAN).number("window").unwrap().is_nan());
    }
}
