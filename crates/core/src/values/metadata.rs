//! The caller's own notes on a task.

use serde_json::{Map, Value};

use super::checked::checked;
use crate::error::Invalid;

/// A JSON object that the API stores with the task for the caller's own tracking (reference,
/// section 4.1).
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Metadata(Map<alloc::string::String, Value>);

impl Metadata {
    /// Takes a JSON value that is an object.
    ///
    /// # Errors
    /// [`Invalid`] for any other JSON value. Nothing was sent.
    pub fn new(mut value: Value) -> Result<Self, Invalid> {
        // Where a program keeps its objects in the order of insertion, equal ones would differ as text.
        value.sort_all_objects();
        let kind = match value {
            Value::Object(map) => return Ok(Self(map)),
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
        };
        Err(Invalid::new("metadata", format_args!("must be a JSON object, got {kind}")))
    }

    /// Reads JSON text.
    ///
    /// # Errors
    /// [`Invalid`] if the text is not a JSON object.
    pub fn from_json(text: &str) -> Result<Self, Invalid> {
        let value = serde_json::from_str(text).map_err(|error| {
            Invalid::new(
                "metadata",
                format_args!("must be a JSON object such as {{\"album\":\"alps\"}}: {error}"),
            )
        })?;
        Self::new(value)
    }

    /// The object.
    pub fn as_map(&self) -> &Map<alloc::string::String, Value> {
        &self.0
    }
}

checked!(Metadata, Value, Metadata::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects() {
        assert!(Metadata::from_json(r#"{"album":"alps","n":1}"#).is_ok());
        for text in ["null", "true", "1", "\"a\"", "[]", "", "{", "{'a':1}"] {
            assert_eq!(Metadata::from_json(text).unwrap_err().field(), "metadata", "{text:?}");
        }
    }
}
