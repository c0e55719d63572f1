//! A person's word on a submission of which nobody knows, as it arrives.

use zoomout::{Error, Resolution, TaskId};

/// What `resolve` is told: the task that it is, that it was not billed, or that it was billed and is lost.
///
/// ```
/// use zoomout::Resolution;
/// use zoomout_binding::resolution;
///
/// assert_eq!(resolution(None, Some(false))?, Resolution::NotBilled);
/// assert_eq!(resolution(None, Some(true))?, Resolution::Lost);
/// assert_eq!(resolution(None, None).unwrap_err().field(), Some("task_id"));
/// # Ok::<(), zoomout::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Invalid`](zoomout::ErrorKind::Invalid), naming what is missing or contradicts.
pub fn resolution(task_id: Option<TaskId>, billed: Option<bool>) -> Result<Resolution, Error> {
    match (task_id, billed) {
        (Some(task_id), None | Some(true)) => Ok(Resolution::Task(task_id)),
        (None, Some(false)) => Ok(Resolution::NotBilled),
        (Some(_), Some(false)) => Err(Error::invalid("billed", "must be true where there is a task")),
        (None, Some(true)) => Ok(Resolution::Lost),
        (None, None) => {
            Err(Error::invalid("task_id", "is missing: name the task, or say whether it was billed"))
        }
    }
}
