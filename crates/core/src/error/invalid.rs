//! Input that cannot be sent.

use alloc::string::{String, ToString};
use core::fmt;

/// Input that cannot be sent: which field, and what is wrong with it. Nothing was sent, and nothing was
/// charged.
///
/// Every value answers with it; as an [`Error`](crate::Error), which it becomes by `?`, its kind is
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid).
///
/// ```
/// use zoomout_core::{Error, ErrorKind, TaskId};
///
/// let invalid = TaskId::new("..").unwrap_err();
/// assert_eq!(invalid.field(), "task_id");
/// assert_eq!(Error::from(invalid).kind(), ErrorKind::Invalid);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    field: &'static str,
    problem: String,
}

impl Invalid {
    /// `field` is its name in the API, `problem` reads on from the name.
    pub fn new(field: &'static str, problem: impl fmt::Display) -> Self {
        Self { field, problem: problem.to_string() }
    }

    /// The name of the field.
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.problem)
    }
}

impl core::error::Error for Invalid {}
