//! What is told of a call while it goes on.

use serde_json::json;
use zoomout::{Event, Status, TaskId, for_people};

/// An event as JSON, for whoever listens. What was resumed has a status, too: nothing is known of it yet.
pub fn told(event: &Event) -> String {
    match event {
        Event::Resumed(resumed) => {
            json!({ "event": "resumed", "task_id": resumed.task_id, "status": Status::Pending }).to_string()
        }
        event => crate::json(event),
    }
}

/// What must be told even if nobody listens, on one line: that no ledger knows of something.
pub fn warning(event: &Event) -> Option<String> {
    let Event::Unrecorded(unrecorded) = event else { return None };
    let what = unrecorded.task_id.as_ref().map(TaskId::as_str).map(for_people);
    let what = what.map_or_else(|| "a submission".to_owned(), |task_id| format!("the task {task_id}"));
    Some(format!("what became of {what} could not be written into the ledger: {}", unrecorded.problem))
}
