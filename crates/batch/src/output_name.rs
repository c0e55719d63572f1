//! The file that a row's picture goes to.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zoomout_core::{Invalid, for_people};

/// With a number and an ending before it, one for every file system.
const LONGEST_PART: usize = 200;

/// Longer paths are none on some systems.
const LONGEST: usize = 1_000;

/// The name of the report, which no row's file may have.
pub const REPORT: &str = "report.html";

/// The name of the results, which no row's file may have.
pub const RESULTS: &str = "results.jsonl";

/// The folder of the pictures that were zoomed, where no row's file may be.
pub const PARENTS: &str = "parents";

/// The name of a file beneath the folder of a batch, the same and as harmless on every system: relative, without
/// `..`, without control characters and characters that Windows refuses, and no device of Windows. Folders are
/// parted by `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutputName(String);

impl OutputName {
    /// Checks a name.
    ///
    /// # Errors
    /// [`Invalid`], naming `output`, if it could lead anywhere else, or not be written everywhere.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        let refuse = |problem: &str| {
            Err(Invalid::new("output", format_args!("{problem}, got {:?}", for_people(name))))
        };
        if name.len() > LONGEST {
            return refuse("must have at most 1000 bytes");
        }
        if name.chars().any(is_refused) {
            return refuse("must hold no control or invisible characters and none of \\ : * ? \" < > |");
        }
        for part in name.split('/') {
            if part.is_empty() || matches!(part, "." | "..") {
                return refuse("must be a relative file name without . and ..");
            }
            if part.len() > LONGEST_PART {
                return refuse("must have at most 200 bytes between slashes");
            }
            // Windows takes them away, so that two names become one.
            if part.ends_with(['.', ' ']) || part.starts_with(' ') {
                return refuse("must not begin or end with a blank, nor end with a dot");
            }
            if is_device(part) {
                return refuse("must not be the name of a device of Windows");
            }
        }
        let first = name.split('/').next().unwrap_or_default();
        if [REPORT, RESULTS, PARENTS].iter().any(|taken| first.eq_ignore_ascii_case(taken)) {
            return refuse(
                "must be another name than report.html, results.jsonl and parents, which are taken",
            );
        }
        Ok(Self(name.to_owned()))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a path, relative to the folder of the batch.
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// What two names share that are one file somewhere: on many systems, case makes no difference.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for OutputName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Refused by Windows, or unseen by people.
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || (!c.is_whitespace() && for_people(c.encode_utf8(&mut [0; 4])).is_empty())
        || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whatever its ending: `nul.png` is a device, too.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|number| {
            let mut chars = number.chars();
            matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        })
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names() {
        for name in
            ["a.png", "alps/day 1/matterhorn.webp", "Übersicht.png", ".hidden", "console.png", "com10", "-a"]
        {
            assert_eq!(OutputName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_or_are_none_somewhere() {
        let long = "x".repeat(201);
        let deep = "x/".repeat(501) + "x";
        let names = [
            "",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "C:\\a",
            "C:a",
            "\\\\host\\a",
            "a\\b",
            "a\0b",
            "a\nb",
            "a\u{202e}gnp.exe",
            "a\u{200b}",
            "a\u{2028}b",
            "a?",
            "a*",
            "a|b",
            "a\"b",
            "<a>",
            "a.",
            "a ",
            " a",
            "a /b",
            "nul",
            "NUL.png",
            "con",
            "x/aux.txt",
            "com1",
            "LPT9.png",
            "COM¹",
            "conin$",
            "nul .png",
            "report.html",
            "Report.HTML",
            &long,
            &deep,
        ];
        for name in names {
            assert_eq!(OutputName::new(name).map_err(|error| error.field()), Err("output"), "{name:?}");
        }
    }
}
