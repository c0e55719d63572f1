//! What the user asks for: one zoom, always valid once built.

use serde::Serialize;

use super::fields::Fields;
use super::settings::{Settings, with_settings};
use super::spec::{Field, FirstLook, Price, Spec};
use super::specified::Specified;
use super::tier::Tier;
use crate::error::Invalid;
use crate::values::{CustomId, Index, Metadata, Speed, TaskId, ZoomRatio};

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
    #[serde(flatten)]
    settings: Settings,
}

impl Specified for Zoom {
    const SPEC: Spec = Spec {
        noun: "zoom",
        path: "/v1/midjourney/generations/zoom",
        fields: &[
            Field::of::<TaskId>("task_id", "The picture: the id of an upscale"),
            Field::of::<ZoomRatio>(
                "zoom_ratio",
                "How far to zoom out: any number above 0; it chooses between the two tiers 1.5x and 2x",
            ),
            Field::of::<CustomId>("custom_id", "Press this button instead (see `buttons`)"),
            Field::of::<Index>("index", "A tile of the picture, 1 to 4; normally not needed"),
            Field::of::<Speed>("speed", "The queue, and with it the price cell [default of the API: relax]"),
            Field::of::<Metadata>("metadata", "Your own notes, a JSON object that is kept with the task"),
        ],
        parent: Some("task_id"),
        price: Price { cell: "zoom", versioned: false },
        // A zoom takes the better part of a minute.
        first_look: FirstLook::in_seconds(8, 5, 3),
    };

    fn from_fields(mut fields: Fields, known: &[&'static Spec]) -> Result<Self, Invalid> {
        let task_id = fields.need("task_id")?;
        let (zoom_ratio, index) = (fields.take("zoom_ratio")?, fields.take("index")?);
        let selector = match fields.take("custom_id")? {
            None => Selector::Ratio { zoom_ratio, index },
            Some(_) if zoom_ratio.is_some() => {
                let problem =
                    "must not be given together with zoom_ratio: the button decides the tier by itself";
                return Err(Invalid::new("custom_id", problem));
            }
            Some(_) if index.is_some() => {
                let problem = "must not be given together with index: the button would win";
                return Err(Invalid::new("custom_id", problem));
            }
            Some(custom_id) => Selector::Button { custom_id },
        };
        Ok(Self { task_id, selector, settings: Settings::of(&Self::SPEC, known, fields)? })
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn parent(&self) -> Option<&TaskId> {
        Some(&self.task_id)
    }

    fn tier(&self) -> Option<Tier> {
        self.tier()
    }
}

/// How the button is found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Selector {
    Ratio {
        #[serde(skip_serializing_if = "Option::is_none")]
        zoom_ratio: Option<ZoomRatio>,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<Index>,
    },
    Button {
        custom_id: CustomId,
    },
}

impl Zoom {
    /// Zooms `task` out by the tier of `ratio`; without a ratio that is 2x.
    pub fn by_ratio(task: TaskId, ratio: Option<ZoomRatio>) -> Self {
        Self::new(task, Selector::Ratio { zoom_ratio: ratio, index: None })
    }

    /// Presses this button of `task`.
    pub fn by_button(task: TaskId, button: CustomId) -> Self {
        Self::new(task, Selector::Button { custom_id: button })
    }

    fn new(task_id: TaskId, selector: Selector) -> Self {
        Self { task_id, selector, settings: Settings::default() }
    }

    /// Chooses a tile of the parent; normally not needed, since the parent is a single picture. A zoom by a
    /// button has no use for it, and stays as it is.
    #[must_use]
    pub fn index(mut self, tile: Index) -> Self {
        if let Selector::Ratio { index, .. } = &mut self.selector {
            *index = Some(tile);
        }
        self
    }

    /// The task that is zoomed.
    pub fn parent(&self) -> &TaskId {
        &self.task_id
    }

    /// The tier that the ratio buys; `None` where a button decides by itself.
    pub fn tier(&self) -> Option<Tier> {
        match self.selector {
            Selector::Ratio { zoom_ratio, .. } => Some(Tier::for_ratio(zoom_ratio)),
            Selector::Button { .. } => None,
        }
    }
}

with_settings!(Zoom);

#[cfg(test)]
mod tests {
    use super::*;
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
            assert_eq!(error.field(), "extra", "{name}");
        }
    }
}
