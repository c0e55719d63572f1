//! What a submission asks for, checked strictly (reference, sections 4 and 7).

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::button::{self, Press};
use crate::picture::{Factor, Picture};
use crate::refusal::Refusal;
use crate::settings::{Images, Settings};
use crate::speed::Speed;
use crate::task::{Action, Content, Owner, Stage, Task};
use crate::time::Millis;

/// A crop of a grid takes a moment.
const CROP: Duration = Duration::from_secs(1);
/// Midjourney's own upscaler takes 60 to 120 s.
const HD_UPSCALE: Duration = Duration::from_secs(90);

/// The body of a submission. What no page lists is refused, so that a misspelt field shows; so is a null
/// where a value should be, which no page allows. What a page lists and nothing here depends on is checked
/// and left alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default, deserialize_with = "present")]
    pub(crate) task_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    custom_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    index: Option<i64>,
    #[serde(default, deserialize_with = "present")]
    zoom_ratio: Option<f64>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) speed: Option<Speed>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) metadata: Option<Map<String, Value>>,
    #[serde(default, rename = "nsfw_check", deserialize_with = "present")]
    _nsfw_check: Option<bool>,
    #[serde(default, rename = "model", deserialize_with = "present")]
    _model: Option<String>,
    /// Nobody is called: the emulator reaches no other machine.
    #[serde(default, rename = "webhook", deserialize_with = "present")]
    _webhook: Option<String>,
    /// The language of what a webhook is told.
    #[serde(default, rename = "language", deserialize_with = "present")]
    _language: Option<String>,
}

fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What an accepted submission will make, and how long that takes.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) content: Content,
    pub(crate) duration: Duration,
}

impl Body {
    /// Reads the body of a submission.
    pub(crate) fn read(action: Action, json: &[u8]) -> Result<Self, Refusal> {
        let body: Self = serde_json::from_slice(json)
            .map_err(|error| Refusal::validation(format!("invalid body: {error}")))?;
        if action != Action::Zoom && body.zoom_ratio.is_some() {
            return Err(Refusal::validation(format!("unknown field `zoom_ratio` for {}", action.lower())));
        }
        if body.index.is_some_and(|index| tile(index).is_none()) {
            return Err(Refusal::validation("index must be between 1 and 4"));
        }
        Ok(body)
    }

    /// The id of the parent.
    pub(crate) fn parent_id(&self, action: Action) -> Result<&str, Refusal> {
        let task_id = self.task_id.as_deref().filter(|id| !id.is_empty());
        task_id.ok_or_else(|| Refusal::validation(format!("task_id is required for {}", action.lower())))
    }

    /// What the submission makes of this parent.
    pub(crate) fn order(
        &self,
        action: Action,
        parent: &Task,
        now: Millis,
        settings: Settings,
    ) -> Result<Order, Refusal> {
        if parent.owner == Owner::SomebodyElse {
            return Err(Refusal::foreign());
        }
        if !matches!(parent.stage(now), Stage::Success { .. }) {
            return Err(Refusal::validation(format!("task {} is not in SUCCESS state", parent.id)));
        }
        match (action, &parent.content) {
            (Action::Zoom, Content::Single(picture)) => self.zoom(parent, picture, settings),
            (Action::Zoom, Content::Grid(_)) => Err(Refusal::not_upscaled()),
            (_, Content::Grid(tiles)) => self.upscale(parent, tiles),
            (_, Content::Single(_)) => {
                Err(Refusal::validation(format!("task {} is not a grid: nothing to upscale", parent.id)))
            }
        }
    }

    fn zoom(&self, parent: &Task, picture: &Picture, settings: Settings) -> Result<Order, Refusal> {
        let factor = match &self.custom_id {
            Some(custom_id) => match pressed(parent, custom_id)? {
                Press::Zoom(factor) => factor,
                _ => return Err(Refusal::validation(format!("custom_id {custom_id} is not a zoom button"))),
            },
            None if self.zoom_ratio.is_some_and(|ratio| ratio < 2.0) => Factor::OneAndAThird,
            None => Factor::Two,
        };
        let zoomed = |variant| Picture::Zoomed {
            parent: Box::new(picture.clone()),
            factor,
            variant,
            shift: settings.shift,
        };
        let content = match settings.images_per_zoom {
            Images::One => Content::Single(zoomed(0)),
            Images::Four => Content::Grid([0, 1, 2, 3].map(zoomed)),
        };
        Ok(Order { content, duration: self.speed.unwrap_or_default().painting() })
    }

    fn upscale(&self, parent: &Task, tiles: &[Picture; 4]) -> Result<Order, Refusal> {
        let (number, duration) = match (&self.custom_id, self.index) {
            (Some(custom_id), _) => match button::hd_upscale(custom_id) {
                Some(number) => (number, HD_UPSCALE),
                None => match pressed(parent, custom_id)? {
                    Press::Upscale(number) => (number, CROP),
                    _ => {
                        return Err(Refusal::validation(format!(
                            "custom_id {custom_id} is not an upscale button"
                        )));
                    }
                },
            },
            (None, Some(index)) => (tile(index).unwrap_or_default(), CROP),
            (None, None) => return Err(Refusal::validation("index or custom_id is required for upscale")),
        };
        let picture = number.checked_sub(1).and_then(|at| tiles.get(at));
        let picture = picture.ok_or_else(|| Refusal::validation("index must be between 1 and 4"))?;
        Ok(Order { content: Content::Single(picture.clone()), duration })
    }
}

fn tile(index: i64) -> Option<usize> {
    usize::try_from(index).ok().filter(|index| (1..=4).contains(index))
}

fn pressed(parent: &Task, custom_id: &str) -> Result<Press, Refusal> {
    let buttons = button::under(parent);
    let button = buttons.iter().find(|button| button.custom_id == custom_id);
    button
        .map(|button| button.press)
        .ok_or_else(|| Refusal::validation(format!("no button {custom_id} under task {}", parent.id)))
}
