//! What a dispatcher is asked to do.

use zoomout_core::{Action, TaskId, Upscale, Zoom};

/// What a [`Dispatcher`](crate::Dispatcher) is asked to do: submit and wait, or wait for a task that was
/// submitted before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Work {
    /// Submit this, which **costs money** once accepted, and wait for it.
    Submit(Action),
    /// Wait for this task. Free.
    Wait(TaskId),
}

impl From<Zoom> for Work {
    fn from(zoom: Zoom) -> Self {
        Self::Submit(zoom.into())
    }
}

impl From<Upscale> for Work {
    fn from(upscale: Upscale) -> Self {
        Self::Submit(upscale.into())
    }
}

impl From<Action> for Work {
    fn from(action: Action) -> Self {
        Self::Submit(action)
    }
}

impl From<TaskId> for Work {
    fn from(task_id: TaskId) -> Self {
        Self::Wait(task_id)
    }
}
