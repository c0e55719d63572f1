//! The id of a task.

use alloc::string::{String, ToString};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::text::text_value;
use crate::error::Invalid;
use crate::people::for_people;

/// The id of a task: 1 to 256 characters without control characters, and neither `.` nor `..`.
///
/// The API calls ids opaque (reference, section 2), so whatever it gives out is taken. Where an id enters a path
/// or the name of a file it is [encoded](Self::encoded), so that it can never change either.
///
/// ```
/// use zoomout_core::TaskId;
///
/// assert_eq!(TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")?.encoded(), "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R");
/// assert_eq!(TaskId::new("../v1/balance")?.encoded(), "..%2Fv1%2Fbalance");
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(String);

text_value!(TaskId);

/// What stands for itself in a path (RFC 3986, section 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl TaskId {
    const MAX_CHARS: usize = 256;

    /// The id as one segment of a path, percent-encoded.
    pub fn encoded(&self) -> String {
        utf8_percent_encode(&self.0, PLAIN).to_string()
    }

    fn check(text: &str) -> Result<(), Invalid> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) && text != "." && text != ".." {
            return Ok(());
        }
        let problem = format_args!(
            "must be 1 to 256 characters without control characters, got {:?}",
            for_people(text)
        );
        Err(Invalid::new("task_id", problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_server_gives_out_is_an_id() {
        for (id, encoded) in [
            ("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R"),
            ("task-unified-1757165031-seyujuw1", "task-unified-1757165031-seyujuw1"),
            ("17", "17"),
            ("...", "..."),
            ("task:123", "task%3A123"),
            ("a/b?c#d%2f\\e", "a%2Fb%3Fc%23d%252f%5Ce"),
            ("ä b", "%C3%A4%20b"),
        ] {
            assert_eq!(TaskId::new(id).unwrap().encoded(), encoded);
        }
    }

    #[test]
    fn what_could_change_a_path_or_a_terminal_is_none() {
        for id in ["", ".", "..", "a\n", "a\u{1b}[2J", "a\u{9b}", &"x".repeat(257)] {
            let error = TaskId::new(id).unwrap_err();
            assert_eq!(error.field(), "task_id", "{id:?}");
            assert!(error.to_string().starts_with("task_id must be"), "{error}");
        }
    }
}
