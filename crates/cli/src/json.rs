//! The objects that `--json` prints.

use std::path::PathBuf;

use serde_json::{Value, json};
use zoomout::{Action, BillingKey, MidjourneyTask, Submission, Task, Tier};

/// What was known of a task before it was submitted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) tier: Option<Tier>,
    pub(crate) billing_key: Option<BillingKey>,
}

impl Terms {
    pub(crate) fn of(action: &Action) -> Self {
        Self { tier: action.tier(), billing_key: Some(action.billing_key()) }
    }
}

/// A task, with the files that its pictures were saved to.
pub(crate) fn task(task: &Task, terms: Terms, saved: &[PathBuf]) -> Value {
    let mut object = json!(task);
    let images = task.images.iter().enumerate().map(|(number, image)| {
        json!({ "url": image.url, "expires_at": image.expires_at, "path": saved.get(number) })
    });
    if let Some(members) = object.as_object_mut() {
        members.insert("images".to_owned(), images.collect());
        members.insert("tier".to_owned(), json!(terms.tier));
        members.insert("billing_key".to_owned(), json!(terms.billing_key));
    }
    object
}

/// A submission that nobody waits for.
pub(crate) fn submission(submission: &Submission, terms: Terms) -> Value {
    json!({
        "task_id": submission.task_id,
        "status": submission.status,
        "tier": terms.tier,
        "billing_key": terms.billing_key,
    })
}

/// A task with its buttons.
pub(crate) fn buttons(task: &MidjourneyTask) -> Value {
    let image = |url: &String| json!({ "url": url, "expires_at": null, "path": null });
    json!({
        "task_id": task.task_id,
        "status": task.status,
        "progress": task.progress,
        "images": task.image_urls.iter().map(image).collect::<Vec<_>>(),
        "grid_image_url": task.grid_image_url,
        "buttons": task.buttons,
        "error": task.fail_reason.as_ref().map(|reason| json!({ "message": reason, "type": null, "code": null })),
    })
}
