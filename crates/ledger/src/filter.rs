//! Which entries somebody asks for.

use zoomout_core::TaskId;

use crate::entry::Entry;
use crate::owner::Owner;

/// Which entries somebody asks for, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose; everybody's if nobody is named.
    pub owner: Option<Owner>,
    /// Which of them.
    pub which: Which,
    /// Only those after this number: for the next page.
    pub after: u64,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Which of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those that may have been accepted, and whose end was not handed out.
    Unfinished,
    /// Those that may have been accepted, and whose pictures were not saved.
    Uncollected,
    /// All under this name.
    Name(String),
    /// Those of this task.
    Task(TaskId),
}

impl Filter {
    /// Those of this owner.
    pub fn of(owner: &Owner, which: Which) -> Self {
        Self { owner: Some(owner.clone()), which, ..Self::default() }
    }

    /// Whether this is one of them, wherever it stands among them.
    pub fn meets(&self, entry: &Entry) -> bool {
        let meant = match &self.which {
            Which::All => true,
            Which::Unfinished => entry.is_unfinished(),
            Which::Uncollected => entry.is_uncollected(),
            Which::Name(name) => entry.key == *name,
            Which::Task(task_id) => entry.task_id.as_ref() == Some(task_id),
        };
        meant && entry.number > self.after && self.owner.as_ref().is_none_or(|owner| entry.owner == *owner)
    }
}
