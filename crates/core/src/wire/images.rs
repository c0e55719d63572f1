//! Reads the answer of the unified query.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::answer::Answer;
use super::excerpt::excerpt;
use super::pick;
use crate::error::ApiError;
use crate::values::TaskId;
use crate::wire::Status;
use crate::wire::{Image, Task};

impl Answer {
    /// The task in the answer, if it holds one: wrapped in `data`, in a list, or bare.
    pub(crate) fn task(&self, asked: &TaskId) -> Option<Task> {
        let json = self.object_with_status().filter(|json| is_about(json, asked))?;
        let status = Status::from_word(pick::text(json, &["status"])?);
        let error =
            failure(json).filter(|_| matches!(status, Status::Failed | Status::Cancelled | Status::Modal));
        Some(Task {
            task_id: asked.clone(),
            status,
            progress: pick::percent(json, "progress"),
            images: images(json),
            grid_image_url: grid(json),
            created: pick::whole(json, "created"),
            completed: pick::whole(json, "completed"),
            estimated_time: pick::whole(json, "estimated_time"),
            actual_time: pick::whole(json, "actual_time"),
            cost: pick::number(json, "cost"),
            credits_cost: pick::number(json, "credits_cost"),
            error,
            raw: json.clone(),
        })
    }

    /// The object that has a status: in `data`, first in the list `data`, or the whole answer.
    pub(super) fn object_with_status(&self) -> Option<&Value> {
        let json = self.json.as_ref()?;
        let element = match json.get("data") {
            Some(Value::Array(elements)) => elements.first(),
            data => data,
        };
        [element, Some(json)].into_iter().flatten().find(|object| pick::text(object, &["status"]).is_some())
    }
}

/// Whether the answer is about the task that was asked for. One that names another task is a mix-up
/// somewhere in between, and its picture somebody else's.
pub(super) fn is_about(task: &Value, asked: &TaskId) -> bool {
    let named = pick::text(task, &["id", "task_id"]).filter(|id| TaskId::new(*id).is_ok());
    named.is_none_or(|id| id == asked.as_str())
}

/// Why a task failed, in the shapes of the reference, section 9.6.
fn failure(task: &Value) -> Option<ApiError> {
    let texts = ["message", "fail_reason", "error_message"];
    let (kind, code, message) = match task.get("error") {
        Some(error @ Value::Object(_)) => {
            (pick::word(error, "type"), pick::word(error, "code"), pick::text(error, &texts))
        }
        Some(Value::String(error)) if !error.trim().is_empty() => (None, None, Some(error.as_str())),
        _ => (None, None, pick::text(task, &texts)),
    };
    if kind.is_none() && code.is_none() && message.is_none() {
        return None;
    }
    Some(ApiError {
        kind: kind.map(|kind| excerpt(&kind)),
        code: code.map(|code| excerpt(&code)),
        message: excerpt(message.unwrap_or("the server gave no reason")),
        ..ApiError::default()
    })
}

/// Every picture, by the one rule that covers all shapes seen (reference, section 5.3): walk the places
/// in order, flatten, drop empty strings and exact duplicates.
fn images(task: &Value) -> Vec<Image> {
    let mut images = Vec::new();
    let result = task.get("result").unwrap_or(&Value::Null);
    match result.get("images") {
        Some(Value::Array(elements)) => elements.iter().for_each(|element| add_element(&mut images, element)),
        Some(element) => add_element(&mut images, element),
        None => {}
    }
    for place in
        [Some(result), Some(task), task.get("image_urls"), result.get("image_urls")].into_iter().flatten()
    {
        if images.is_empty() {
            add_element(&mut images, place);
        }
    }
    images
}

/// Adds what one element holds: a link, a list of links, or an object with either.
fn add_element(images: &mut Vec<Image>, element: &Value) {
    let expires_at = pick::whole(element, "expires_at");
    match element {
        Value::Object(_) => {
            let link = ["url", "image_url", "imageUrl"].iter().find_map(|name| element.get(name));
            add_links(images, link.unwrap_or(&Value::Null), expires_at);
        }
        other => add_links(images, other, expires_at),
    }
}

fn add_links(images: &mut Vec<Image>, links: &Value, expires_at: Option<u64>) {
    match links {
        Value::Array(links) => links.iter().for_each(|link| add_links(images, link, expires_at)),
        Value::String(url) => {
            let url = url.trim();
            if !url.is_empty() && images.iter().all(|image| image.url != url) {
                images.push(Image { url: String::from(url), expires_at });
            }
        }
        _ => {}
    }
}

pub(super) fn grid(task: &Value) -> Option<String> {
    let result = task.get("result").unwrap_or(&Value::Null);
    [task, result]
        .into_iter()
        .find_map(|place| pick::text(place, &["grid_image_url"]))
        .map(|url| url.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn urls(task: &Value) -> Vec<String> {
        images(task).into_iter().map(|image| image.url).collect()
    }

    #[test]
    fn pictures_in_every_documented_place() {
        for task in [
            json!({"result": {"images": [{"url": ["a", "b"]}]}}),
            json!({"result": {"images": [{"url": "a"}, {"url": "b"}]}}),
            json!({"result": {"images": [{"url": ["a", "", "a"]}, {"imageUrl": "b"}]}}),
            json!({"result": {"images": ["a", " b "]}}),
            json!({"result": {"url": ["a", "b"]}}),
            json!({"result": ["a", "b"]}),
            json!({"url": ["a", "b"]}),
            json!({"image_urls": ["a", "b"]}),
        ] {
            assert_eq!(urls(&task), ["a", "b"], "{task}");
        }
        assert_eq!(urls(&json!({"result": {"image_url": "a"}})), ["a"]);
        assert_eq!(urls(&json!({"result": "a"})), ["a"]);
        for task in
            [json!({}), json!({"result": null}), json!({"result": {"images": []}}), json!({"result": 7})]
        {
            assert_eq!(urls(&task), [""; 0], "{task}");
        }
    }

    #[test]
    fn expiry_belongs_to_its_element() {
        let task = json!({"result": {"images": [{"url": ["a", "b"], "expires_at": "17"}, {"url": "c"}]}});
        let expiries: Vec<_> = images(&task).into_iter().map(|image| image.expires_at).collect();
        assert_eq!(expiries, [Some(17), Some(17), None]);
    }
}
