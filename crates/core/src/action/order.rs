//! An action and the name under which it is submitted once.

use super::{Action, Fields};
use crate::error::Invalid;
use crate::values::Key;

/// Something to submit, and the name under which it is submitted once.
///
/// ```
/// use zoomout_core::{Key, Order, TaskId, Zoom};
///
/// let zoom = Zoom::by_ratio(TaskId::new("task_1")?, None);
/// let order = Order::from(zoom).under(Key::new("album/17")?);
/// assert_eq!(order.key.unwrap().as_str(), "album/17");
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// What costs money.
    pub action: Action,
    /// Its name. Without one it is submitted whenever it is asked for.
    pub key: Option<Key>,
    /// Whether to submit it anew where it was submitted under this name before, and has ended.
    pub again: bool,
}

impl Order {
    /// Under this name: whoever asks for the same under it again, from any process that shares the ledger, goes on
    /// with the task that was paid for, or is handed its result.
    #[must_use]
    pub fn under(self, key: Key) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Submits it anew, and so **pays again**, where it was submitted under its name before and has ended. While
    /// that task goes on, or where nobody knows whether there is one, nothing is submitted.
    #[must_use]
    pub fn again(self) -> Self {
        Self { again: true, ..self }
    }

    /// The order that loosely typed fields describe: those of the action, and `key` and `again`.
    ///
    /// # Errors
    /// [`Invalid`], naming the field. Nothing was sent.
    pub fn from_fields(noun: &str, mut fields: Fields) -> Result<Self, Invalid> {
        let key = fields.take("key")?;
        let again = fields.take("again")?.unwrap_or_default();
        let action = Action::from_fields(noun, fields)?;
        if again && key.is_none() {
            return Err(Invalid::new("again", "needs a key: without one everything is submitted anew"));
        }
        Ok(Self { action, key, again })
    }
}

impl<A: Into<Action>> From<A> for Order {
    fn from(action: A) -> Self {
        Self { action: action.into(), key: None, again: false }
    }
}
