//! What the user asks for: one zoom, always valid once built.

use serde::Serialize;

use crate::action::BillingKey;
use crate::action::Tier;
use crate::action::settings::{Settings, with_settings};
use crate::values::{CustomId, Index, TaskId, ZoomRatio};

/// A zoom of one upscaled picture (`POST /v1/midjourney/generations/zoom`; reference, section 4).
///
/// Building one costs nothing and sends nothing. Each accepted submission is billed to
/// [`billing_key`](Self::billing_key).
///
/// A ratio and a button cannot be given together, because the button would silently win:
///
/// ```
/// use zoomout_core::{CustomId, Speed, TaskId, Tier, Zoom, ZoomRatio};
///
/// let parent = TaskId::new("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R")?;
/// let zoom = Zoom::by_ratio(parent.clone(), Some(ZoomRatio::new(1.5)?)).speed(Speed::Fast);
/// assert_eq!(zoom.tier(), Some(Tier::X1_5));
/// assert_eq!(zoom.billing_key().to_string(), "midjourney@zoom-fast");
///
/// let zoom = Zoom::by_button(parent, CustomId::new("MJ::CustomZoom::0b6c")?);
/// assert_eq!(zoom.tier(), None); // the button decides
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Zoom {
    task_id: TaskId,
    #[serde(flatten)]
    selector: Selector,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
    #[serde(flatten)]
    pub(crate) settings: Settings,
}

/// How the button is found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Selector {
    Ratio {
        #[serde(skip_serializing_if = "Option::is_none")]
        zoom_ratio: Option<ZoomRatio>,
    },
    Button {
        custom_id: CustomId,
    },
}

impl Zoom {
    /// Zooms `task` out by the tier of `ratio`; without a ratio that is 2x.
    pub fn by_ratio(task: TaskId, ratio: Option<ZoomRatio>) -> Self {
        Self::new(task, Selector::Ratio { zoom_ratio: ratio })
    }

    /// Presses this button of `task`.
    pub fn by_button(task: TaskId, button: CustomId) -> Self {
        Self::new(task, Selector::Button { custom_id: button })
    }

    fn new(task_id: TaskId, selector: Selector) -> Self {
        Self { task_id, selector, index: None, settings: Settings::default() }
    }

    /// Chooses a tile of the parent; normally not needed, since the parent is a single picture.
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        self.index = Some(index);
        self
    }

    /// The task that is zoomed.
    pub fn parent(&self) -> &TaskId {
        &self.task_id
    }

    /// The tier that the ratio buys; `None` where a button decides by itself.
    pub fn tier(&self) -> Option<Tier> {
        match self.selector {
            Selector::Ratio { zoom_ratio } => Some(Tier::for_ratio(zoom_ratio)),
            Selector::Button { .. } => None,
        }
    }

    /// The price cell that an accepted submission is billed to.
    pub fn billing_key(&self) -> BillingKey {
        BillingKey::new("zoom", self.settings.speed)
    }
}

with_settings!(Zoom);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Metadata, Speed};
    use serde_json::json;

    fn parent() -> TaskId {
        TaskId::new("task_1").unwrap()
    }

    #[test]
    fn absent_fields_are_absent() {
        let body = serde_json::to_string(&Zoom::by_ratio(parent(), None)).unwrap();
        assert_eq!(body, r#"{"task_id":"task_1"}"#);
    }

    #[test]
    fn every_field_under_its_own_name() {
        let zoom = Zoom::by_ratio(parent(), Some(ZoomRatio::new(1.5).unwrap()))
            .index(Index::new(2).unwrap())
            .speed(Speed::Turbo)
            .metadata(Metadata::from_json(r#"{"album":"alps"}"#).unwrap())
            .extra("nsfw_check", json!(true))
            .unwrap();
        let body = serde_json::to_string(&zoom).unwrap();
        assert_eq!(
            body,
            r#"{"task_id":"task_1","zoom_ratio":1.5,"index":2,"speed":"turbo","metadata":{"album":"alps"},"nsfw_check":true}"#,
        );
        let zoom = Zoom::by_button(parent(), CustomId::new("MJ::x").unwrap());
        assert_eq!(serde_json::to_value(&zoom).unwrap(), json!({"task_id": "task_1", "custom_id": "MJ::x"}));
    }

    #[test]
    fn an_extra_field_never_overrides_a_typed_one() {
        for name in ["task_id", "custom_id", "index", "zoom_ratio", "speed", "metadata", ""] {
            let error = Zoom::by_ratio(parent(), None).extra(name, json!(1)).unwrap_err();
            assert_eq!(error.field(), Some("extra"), "{name}");
        }
    }
}
