//! A row of a jobs file, checked.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zoomout_core::{Action, Fields, Given, Key, Order};

use super::bad_lines::Problem;
use super::cell::{ACTION, Cells, EXTRA, KEY, OUTPUT};
use crate::output_name::OutputName;

/// So deep may a value be nested.
const DEEPEST: usize = 100;

/// A row of a jobs file: one job.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The number of its line, from 1; that of its first line where it has several.
    pub line: u64,
    /// What is to be submitted, always under a key.
    pub order: Order,
    /// The file that its picture goes to, if the row says so.
    pub output: Option<OutputName>,
    /// The line of an earlier row with the same key and the same request: this is the same job, and paid once.
    pub repeats: Option<u64>,
}

/// What a row says by itself, before it is compared with others.
pub(super) struct Asked {
    pub(super) order: Order,
    pub(super) output: Option<OutputName>,
}

impl Asked {
    /// What these cells ask for, by the core's own rules.
    pub(super) fn of(cells: Cells) -> Result<Self, Problem> {
        let (mut fields, mut noun, mut output) = (Fields::new(), None, None);
        for (name, cell) in cells {
            match name.as_str() {
                ACTION => noun = Some(cell.text(ACTION)?),
                OUTPUT => output = Some(OutputName::new(&cell.text(OUTPUT)?)?),
                EXTRA => {
                    let extra = cell.json(EXTRA)?;
                    not_too_deep(EXTRA, &extra)?;
                    let Value::Object(extra) = extra else {
                        return Err(Problem::with(EXTRA, "must be a JSON object"));
                    };
                    fields = extra
                        .into_iter()
                        .fold(fields, |fields, (name, value)| fields.with_extra(&name, value));
                }
                // A key is text, and no field of the action.
                KEY => fields = fields.with(KEY, cell.given(KEY)?),
                name => {
                    let given = cell.given(name)?;
                    if let Given::Json(value) = &given {
                        not_too_deep(name, value)?;
                    }
                    fields = fields.with(name, given);
                }
            }
        }
        let order = Order::from_fields(noun.as_deref().unwrap_or("zoom"), fields)?;
        Ok(Self { order, output })
    }
}

/// What is nested deeper than any reader of JSON goes could not be read back.
fn not_too_deep(name: &str, value: &Value) -> Result<(), Problem> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(values) => left > 0 && values.iter().all(|value| fits(value, left - 1)),
            Value::Object(members) => left > 0 && members.values().all(|value| fits(value, left - 1)),
            _ => true,
        }
    }
    if fits(value, DEEPEST) {
        Ok(())
    } else {
        Err(Problem::with(name, "must not be nested deeper than 100 levels"))
    }
}

/// A row as it is kept until it is run.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    line: u64,
    key: Key,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<OutputName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats: Option<u64>,
    action: Action,
}

impl Kept {
    pub(super) fn new(line: u64, key: Key, asked: Asked, repeats: Option<u64>) -> Self {
        let Asked { order, output } = asked;
        Self { line, key, output, repeats, action: order.action }
    }

    pub(super) const fn action(&self) -> &Action {
        &self.action
    }

    pub(super) const fn is_repeated(&self) -> bool {
        self.repeats.is_some()
    }

    pub(super) fn row(self) -> Row {
        let Self { line, key, output, repeats, action } = self;
        Row { line, order: Order::from(action).under(key), output, repeats }
    }
}
