//! A row of a jobs file, checked.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zoomout_core::{Action, Fields, Key, Order};

use super::bad_lines::Problem;
use super::cell::{ACTION, Cells, EXTRA, KEY, OUTPUT};
use crate::output_name::OutputName;

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
                    let Value::Object(extra) = cell.json(EXTRA)? else {
                        return Err(Problem::with(EXTRA, "must be a JSON object"));
                    };
                    fields = extra
                        .into_iter()
                        .fold(fields, |fields, (name, value)| fields.with_extra(&name, value));
                }
                // A key is text, and no field of the action.
                KEY => fields = fields.with(KEY, cell.given(KEY)?),
                name => fields = fields.with(name, cell.given(name)?),
            }
        }
        let order = Order::from_fields(noun.as_deref().unwrap_or("zoom"), fields)?;
        Ok(Self { order, output })
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
