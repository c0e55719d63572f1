//! How a jobs file is written.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use zoomout_core::Invalid;

/// How a jobs file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    Jsonl,
    /// Commas between cells, quotes around those that need them, and a first line with the names of the columns.
    Csv,
}

impl Format {
    /// What the ending of a file says, if it says anything.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// What the first line says: no name of a column looks like JSON.
    pub(super) fn of_line(line: &[u8]) -> Self {
        match line.trim_ascii_start().first() {
            Some(b'{' | b'[') => Self::Jsonl,
            _ => Self::Csv,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let formats = [Self::Jsonl, Self::Csv];
        let found = formats.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| Invalid::new("format", format_args!("must be jsonl or csv, got {text:?}")))
    }
}
