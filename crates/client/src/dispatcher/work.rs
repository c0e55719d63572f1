//! What a dispatcher is asked to do.

use zoomout_core::{Action, Order, TaskId, Upscale, Zoom};

/// What a [`Dispatcher`](crate::Dispatcher) is asked to do: submit and wait, or wait for a task that was
/// submitted before.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Work {
    /// Submit this, which **costs money** once accepted, and wait for it.
    Submit(Order),
    /// Wait for this task. Free.
    Wait(TaskId),
}

macro_rules! submitted {
    ($($order:ty),+) => {$(
        impl From<$order> for Work {
            fn from(order: $order) -> Self {
                Self::Submit(order.into())
            }
        }
    )+};
}

submitted!(Order, Action, Zoom, Upscale);

impl From<TaskId> for Work {
    fn from(task_id: TaskId) -> Self {
        Self::Wait(task_id)
    }
}
