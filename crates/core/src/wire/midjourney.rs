//! Reads the answer of the Midjourney query.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::answer::Answer;
use super::excerpt::excerpt;
use super::pick;
use super::task::{grid, is_about};
use crate::midjourney::{Button, MidjourneyTask};
use crate::status::Status;
use crate::values::TaskId;

impl Answer {
    /// The task in the answer, if it holds one: bare, as documented, or in a wrapper.
    pub(crate) fn midjourney_task(&self, asked: &TaskId) -> Option<MidjourneyTask> {
        let json = self.object_with_status().filter(|json| is_about(json, asked))?;
        Some(MidjourneyTask {
            task_id: asked.clone(),
            status: Status::from_word(pick::text(json, &["status"])?),
            action: pick::text(json, &["action"]).map(excerpt),
            progress: pick::percent(json, "progress"),
            buttons: elements(json, "buttons").filter_map(button).collect(),
            image_urls: elements(json, "image_urls")
                .filter_map(|url| Some(url.as_str()?.trim()))
                .filter(|url| !url.is_empty())
                .map(String::from)
                .collect::<Vec<_>>(),
            grid_image_url: grid(json),
            fail_reason: pick::text(json, &["fail_reason"]).map(excerpt),
            raw: json.clone(),
        })
    }
}

fn elements<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn button(json: &Value) -> Option<Button> {
    Some(Button {
        custom_id: String::from(pick::text(json, &["customId", "custom_id"])?),
        label: pick::text(json, &["label"]).map(excerpt).unwrap_or_default(),
        emoji: pick::text(json, &["emoji"]).map(excerpt),
    })
}
