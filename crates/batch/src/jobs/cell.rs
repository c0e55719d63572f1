//! What a row gives for one field: JSON, or the text of a table.

use serde_json::Value;
use zoomout_core::{Action, Field, Given, Invalid};

use super::bad_lines::Problem;

/// The names that are no field of an action.
pub(super) const ACTION: &str = "action";
pub(super) const EXTRA: &str = "extra";
pub(super) const KEY: &str = "key";
pub(super) const OUTPUT: &str = "output";

/// What a row gives, under the name of a column or a member. What is absent is not among them.
pub(super) type Cells = Vec<(String, Cell)>;

/// What a row gives for one field.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Json(Value),
    Text(String),
}

impl Cell {
    /// As the value of a field of an action.
    pub(super) fn given(self, name: &str) -> Result<Given, Invalid> {
        match (self, field(name)) {
            (Self::Text(text), Some(field)) => field.from_text(&text),
            (Self::Text(text), None) => Ok(text.into()),
            (Self::Json(value), _) => Ok(value.into()),
        }
    }

    /// As text.
    pub(super) fn text(self, name: &'static str) -> Result<String, Invalid> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Json(value) => Given::from(value).text(name).map(str::to_owned),
        }
    }

    /// As JSON.
    pub(super) fn json(self, name: &str) -> Result<Value, Problem> {
        match self {
            Self::Json(value) => Ok(value),
            Self::Text(text) => serde_json::from_str(&text)
                .map_err(|error| Problem::with(name, format_args!("must be JSON, got {error}"))),
        }
    }
}

/// The field of this name, whichever action has it.
pub(super) fn field(name: &str) -> Option<&'static Field> {
    Action::SPECS.iter().find_map(|spec| spec.field(name))
}

/// Whether a column or a member may have this name.
pub(super) fn is_known(name: &str) -> bool {
    [ACTION, EXTRA, KEY, OUTPUT].contains(&name) || field(name).is_some()
}

/// A name that is none.
pub(super) fn unknown(name: &str) -> Problem {
    let mut names: Vec<&str> = Vec::new();
    for field in Action::SPECS.iter().flat_map(|spec| spec.fields) {
        if !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    names.extend([EXTRA, KEY, OUTPUT, ACTION]);
    Problem::with(name, format_args!("is not known: there are {}", names.join(", ")))
}
