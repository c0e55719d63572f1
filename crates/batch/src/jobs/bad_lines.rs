//! What is wrong with a jobs file, line by line.

use std::fmt;

use serde::Serialize;
use zoomout_core::{Invalid, for_people};

/// So many lines are named; all are counted.
const NAMED: usize = 100;

/// A line that cannot be run, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Its number, from 1; that of its first line where a row has several.
    pub line: u64,
    /// The column or member that is wrong, if it is one alone.
    pub field: Option<String>,
    /// What is wrong with it, on one line; it names the field.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// Every line of a file that cannot be run. The first hundred are named, all are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BadLines {
    /// The first of them, in order.
    pub named: Vec<BadLine>,
    /// How many there are.
    pub count: u64,
}

impl BadLines {
    pub(super) fn push(&mut self, line: u64, problem: Problem) {
        self.count += 1;
        if self.named.len() < NAMED {
            let Problem { field, text } = problem;
            self.named.push(BadLine { line, field, problem: text });
        }
    }
}

impl fmt::Display for BadLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = if self.count == 1 { "line" } else { "lines" };
        write!(f, "{} bad {lines}; nothing was sent", self.count)?;
        self.named.iter().try_for_each(|bad| write!(f, "\n  {bad}"))?;
        match self.count.saturating_sub(u64::try_from(self.named.len()).unwrap_or_default()) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

/// What is wrong with a line.
#[derive(Debug)]
pub(super) struct Problem {
    field: Option<String>,
    text: String,
}

impl Problem {
    /// With this column or member; `text` reads on from its name.
    pub(super) fn with(field: &str, text: impl fmt::Display) -> Self {
        let field = for_people(field);
        let text = for_people(&format!("{field} {text}"));
        Self { field: Some(field), text }
    }

    /// With the line as a whole.
    pub(super) fn of_line(text: impl fmt::Display) -> Self {
        Self { field: None, text: for_people(&text.to_string()) }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self { field: Some(invalid.field().to_owned()), text: for_people(&invalid.to_string()) }
    }
}
