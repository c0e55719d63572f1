//! The id of a task.

use alloc::string::String;

use super::text::text_value;
use crate::error::Invalid;

/// The id of a task: 1 to 128 of `A–Z a–z 0–9 . _ -`, and neither `.` nor `..`.
///
/// The API calls ids opaque; this rule covers every form seen (reference, section 2) and makes sure
/// that an id can never change the path of a URL or of a file.
///
/// ```
/// use zoomout_core::TaskId;
///
/// assert!(TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R").is_ok());
/// assert!(TaskId::new("../v1/balance").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(String);

text_value!(TaskId);

impl TaskId {
    const MAX_LEN: usize = 128;

    fn check(text: &str) -> Result<(), Invalid> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        if fits && text.bytes().all(allowed) && text != "." && text != ".." {
            return Ok(());
        }
        Err(Invalid::new("task_id", format_args!("must be 1 to 128 of A-Z a-z 0-9 . _ -, got {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn documented_forms_are_accepted() {
        for id in ["task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", "task-unified-1757165031-seyujuw1", "a", "..."] {
            assert_eq!(TaskId::new(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn nothing_that_could_change_a_path_is_accepted() {
        for id in ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b", "ä", "a\n", &"x".repeat(129)]
        {
            let error = TaskId::new(id).unwrap_err();
            assert_eq!(error.field(), "task_id", "{id:?}");
            assert!(error.to_string().starts_with("task_id must be"), "{error}");
        }
    }
}
