//! The two ways to look at a task (reference, sections 5, 6 and 10).

use serde_json::{Map, Value, json};

use crate::button;
use crate::task::{Stage, Task};
use crate::time::Millis;

/// The answer of `GET /v1/tasks/{task_id}`.
pub(crate) fn unified(task: &Task, now: Millis, origin: &str) -> Value {
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    let stage = task.stage(now);
    put("id", json!(task.id));
    put("created", json!(task.created.seconds()));
    put("estimated_time", json!(task.duration.as_secs()));
    if !stage.is_refunded() {
        put("cost", json!(task.cost));
        put("credits_cost", json!(task.cost.credits()));
    }
    let (status, progress) = match &stage {
        Stage::NotStarted => ("pending", 0),
        Stage::Queued => ("pending", 5),
        Stage::Running { percent } => ("processing", *percent),
        Stage::Modal { hidden: true } => ("processing", 15),
        Stage::Modal { hidden: false } => ("modal", 15),
        Stage::Success { .. } => ("completed", 100),
        Stage::Failure { .. } => ("failed", 100),
        Stage::Cancelled { .. } => ("cancelled", 100),
    };
    put("status", json!(status));
    put("progress", json!(progress));
    if let Stage::Success { at } | Stage::Failure { at, .. } | Stage::Cancelled { at } = &stage {
        put("completed", json!(at.seconds()));
        put("actual_time", json!(at.since(task.created).as_secs()));
    }
    match &stage {
        Stage::Success { at } => {
            let expires_at = Task::links_end(*at).seconds();
            let images: Vec<Value> = image_urls(task, origin)
                .into_iter()
                .map(|url| json!({ "url": [url], "expires_at": expires_at }))
                .collect();
            put("result", json!({ "images": images }));
        }
        Stage::Failure { reason, .. } => {
            put(
                "error",
                json!({ "code": "task_failed", "message": reason, "type": "task_failed", "param": "" }),
            );
        }
        _ => {}
    }
    json!({ "code": 200, "data": data })
}

/// The answer of `GET /v1/midjourney/{task_id}`.
pub(crate) fn midjourney(task: &Task, now: Millis, origin: &str) -> Value {
    let stage = task.stage(now);
    let (status, progress) = match &stage {
        Stage::NotStarted => ("NOT_START", 0),
        Stage::Queued => ("SUBMITTED", 5),
        Stage::Running { percent } => ("IN_PROGRESS", *percent),
        Stage::Modal { .. } => ("MODAL", 15),
        Stage::Success { .. } => ("SUCCESS", 100),
        Stage::Failure { .. } => ("FAILURE", 100),
        Stage::Cancelled { .. } => ("CANCEL", 100),
    };
    let reason = match &stage {
        Stage::Failure { reason, .. } => reason,
        _ => "",
    };
    let mut answer = json!({
        "id": task.id,
        "status": status,
        "action": task.action.upper(),
        "progress": format!("{progress}%"),
        "prompt": "a mountain lake at dusk",
        "fail_reason": reason,
    });
    if let (Stage::Success { .. }, Some(members)) = (&stage, answer.as_object_mut()) {
        let buttons: Vec<Value> = button::under(task).iter().map(button::Button::json).collect();
        members.insert("buttons".to_owned(), json!(buttons));
        members.insert("image_urls".to_owned(), json!(image_urls(task, origin)));
        if task.content.grid().is_some() {
            members.insert("grid_image_url".to_owned(), json!(url(task, origin, "grid")));
        }
    }
    if let (true, Some(members)) = (stage.is_refunded(), answer.as_object_mut()) {
        members.insert("quota".to_owned(), json!(0));
    }
    answer
}

fn image_urls(task: &Task, origin: &str) -> Vec<String> {
    (0..task.content.pictures().len()).map(|number| url(task, origin, &number.to_string())).collect()
}

fn url(task: &Task, origin: &str, name: &str) -> String {
    format!("{origin}/files/{}-{name}.png", task.id)
}

/// What the name of a file asks for: the task, and the picture's number or `grid`.
pub(crate) fn file_parts(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(".png")?.rsplit_once('-')
}
