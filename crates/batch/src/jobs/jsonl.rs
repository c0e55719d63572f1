//! A row as a JSON object.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::bad_lines::Problem;
use super::cell::{Cell, Cells, is_known, unknown};

/// What a line gives. A member that is `null` is absent.
pub(super) fn cells(line: &[u8]) -> Result<Cells, Problem> {
    let Members(members) = serde_json::from_slice(line).map_err(|error| {
        let text = error.to_string();
        // Of the line there is only one; the column helps.
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = text.strip_suffix(&place).unwrap_or(&text);
        Problem::of_line(format_args!("must be a JSON object: {what} (column {})", error.column()))
    })?;
    match members.iter().find(|(name, _)| !is_known(name)) {
        Some((name, _)) => Err(unknown(name)),
        None => Ok(members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, Cell::Json(value)))
            .collect()),
    }
}

/// The members of an object. One that is there twice is refused: of two values, nobody knows which was meant.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Once).map(Self)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members: Self::Value = Vec::new();
        while let Some(name) = access.next_key::<String>()? {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("{name:?} is there twice")));
            }
            members.push((name, access.next_value()?));
        }
        Ok(members)
    }
}
