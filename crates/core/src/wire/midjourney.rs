//! A task in Midjourney's own vocabulary, with the buttons under its picture.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::answer::Answer;
use super::images::{MOST, grid, link};
use super::pick;
use crate::action::Tier;
use crate::values::TaskId;
use crate::wire::Status;

/// A button under a picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Button {
    /// What to pass as `custom_id` to press it.
    pub custom_id: String,
    /// The words on it; empty if there are none.
    pub label: String,
    /// The picture on it.
    pub emoji: Option<String>,
}

impl Button {
    /// A button with these words on it.
    pub fn new(custom_id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { custom_id: custom_id.into(), label: label.into(), emoji: None }
    }

    /// The tier that the button zooms by, if it is a zoom button. The label decides; where it does not
    /// say, the id does, in the forms seen in the wild (reference, section 4.3).
    pub fn tier(&self) -> Option<Tier> {
        Tier::for_label(&self.label).or_else(|| match self.custom_id.as_str() {
            id if id.starts_with("MJ::Outpaint::75::") => Some(Tier::X1_5),
            id if id.starts_with("MJ::Outpaint::50::") => Some(Tier::X2),
            _ => None,
        })
    }
}

/// As JSON: its fields and its [`tier`](Button::tier).
impl Serialize for Button {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Button", 4)?;
        members.serialize_field("custom_id", &self.custom_id)?;
        members.serialize_field("label", &self.label)?;
        members.serialize_field("emoji", &self.emoji)?;
        members.serialize_field("tier", &self.tier())?;
        members.end()
    }
}

/// A task as `GET /v1/midjourney/{task_id}` shows it (reference, section 6).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MidjourneyTask {
    /// Its id.
    pub task_id: TaskId,
    /// Where it stands.
    pub status: Status,
    /// What made it, such as `ZOOM` or `UPSCALE`.
    pub action: Option<String>,
    /// How far it is, 0 to 100.
    pub progress: Option<u8>,
    /// The buttons under its picture; none while it runs.
    pub buttons: Vec<Button>,
    /// Its pictures.
    pub image_urls: Vec<String>,
    /// The 2x2 picture, where there is one.
    pub grid_image_url: Option<String>,
    /// Why it failed.
    pub fail_reason: Option<String>,
    #[serde(skip)]
    pub(crate) raw: Value,
}

impl MidjourneyTask {
    /// A task of which nothing else is known; its other fields can be set one by one.
    pub const fn new(task_id: TaskId, status: Status) -> Self {
        Self {
            task_id,
            status,
            action: None,
            progress: None,
            buttons: Vec::new(),
            image_urls: Vec::new(),
            grid_image_url: None,
            fail_reason: None,
            raw: Value::Null,
        }
    }

    /// The JSON object that the server sent for this task.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
}

impl Answer {
    /// The task in the answer, if it holds one: bare, as documented, or in a wrapper.
    pub(crate) fn midjourney_task(&self, asked: &TaskId) -> Option<MidjourneyTask> {
        let json = self.object_about(asked)?;
        Some(MidjourneyTask {
            task_id: asked.clone(),
            status: self.status_of(pick::text(json, &["status"])?),
            action: pick::text(json, &["action"]).map(|text| self.for_people(text)),
            progress: pick::percent(json, "progress"),
            buttons: elements(json, "buttons").filter_map(|json| self.button(json)).collect(),
            image_urls: elements(json, "image_urls")
                .filter_map(|url| link(url.as_str()?))
                .take(MOST)
                .collect::<Vec<_>>(),
            grid_image_url: grid(json),
            fail_reason: pick::text(json, &["fail_reason"]).map(|text| self.for_people(text)),
            raw: json.clone(),
        })
    }

    fn button(&self, json: &Value) -> Option<Button> {
        Some(Button {
            custom_id: String::from(pick::text(json, &["customId", "custom_id"])?),
            label: pick::text(json, &["label"]).map(|text| self.for_people(text)).unwrap_or_default(),
            emoji: pick::text(json, &["emoji"]).map(|text| self.for_people(text)),
        })
    }
}

fn elements<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json.get(name).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zoom_buttons_are_recognised() {
        let button = |custom_id: &str, label: &str| {
            Button { custom_id: custom_id.into(), label: label.into(), emoji: None }.tier()
        };
        assert_eq!(button("MJ::Outpaint::1", "Zoom Out 1.5×"), Some(Tier::X1_5));
        assert_eq!(button("MJ::Outpaint::75::1::0b6c::SOLO", ""), Some(Tier::X1_5));
        assert_eq!(button("MJ::Outpaint::50::1::0b6c::SOLO", ""), Some(Tier::X2));
        // Midjourney asks for a value then, which a zoom cannot give.
        assert_eq!(button("MJ::CustomZoom::0b6c", "Custom Zoom"), None);
        assert_eq!(button("MJ::JOB::upsample::1::0b6c", "U1"), None);
    }
}
