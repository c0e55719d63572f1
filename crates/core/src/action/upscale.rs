//! Cutting one picture out of a grid, which is what makes it zoomable.

use serde::Serialize;

use super::fields::Fields;
use super::settings::{Settings, with_settings};
use super::spec::{Field, FirstLook, Price, Spec};
use super::specified::Specified;
use crate::error::Invalid;
use crate::values::{CustomId, Index, Metadata, Speed, TaskId};

/// An upscale of one tile of a grid (`POST /v1/midjourney/generations/upscale`; reference, section 7).
///
/// Building one costs nothing and sends nothing; each accepted submission is billed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Upscale {
    task_id: TaskId,
    #[serde(flatten)]
    selector: Selector,
    #[serde(flatten)]
    settings: Settings,
}

impl Specified for Upscale {
    const SPEC: Spec = Spec {
        noun: "upscale",
        path: "/v1/midjourney/generations/upscale",
        fields: &[
            Field::of::<TaskId>("task_id", "The grid"),
            Field::of::<Index>("index", "Which tile of the grid, 1 to 4"),
            Field::of::<CustomId>("custom_id", "Press this button instead (see `buttons`)"),
            Field::of::<Speed>("speed", "The queue, and with it the price cell [default of the API: relax]"),
            Field::of::<Metadata>("metadata", "Your own notes, a JSON object that is kept with the task"),
        ],
        parent: Some("task_id"),
        price: Price { cell: "upscale", versioned: false },
        // An upscale is a crop: it takes a second or two, in every queue.
        first_look: FirstLook::in_seconds(1, 1, 1),
    };

    fn from_fields(mut fields: Fields, known: &[&'static Spec]) -> Result<Self, Invalid> {
        let task_id = fields.need("task_id")?;
        let selector = match (fields.take("index")?, fields.take("custom_id")?) {
            (Some(_), Some(_)) => {
                let problem = "must not be given together with index: the button would win";
                return Err(Invalid::new("custom_id", problem));
            }
            (None, Some(custom_id)) => Selector::Button { custom_id },
            (Some(index), None) => Selector::Tile { index },
            (None, None) => {
                return Err(Invalid::new("index", "is missing: which tile of the grid, 1 to 4?"));
            }
        };
        Ok(Self { task_id, selector, settings: Settings::of(&Self::SPEC, known, fields)? })
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn parent(&self) -> Option<&TaskId> {
        Some(&self.task_id)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Selector {
    Tile { index: Index },
    Button { custom_id: CustomId },
}

impl Upscale {
    /// Takes tile `index` out of the grid `task`.
    pub fn by_index(task: TaskId, index: Index) -> Self {
        Self { task_id: task, selector: Selector::Tile { index }, settings: Settings::default() }
    }

    /// Presses this button of `task`, for Midjourney's own upscalers (reference, section 7.1).
    pub fn by_button(task: TaskId, button: CustomId) -> Self {
        Self {
            task_id: task,
            selector: Selector::Button { custom_id: button },
            settings: Settings::default(),
        }
    }

    /// The task that the tile is taken from.
    pub fn parent(&self) -> &TaskId {
        &self.task_id
    }
}

with_settings!(Upscale);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_or_a_button() {
        let task = TaskId::new("task_1").unwrap();
        let tile = Upscale::by_index(task.clone(), Index::new(4).unwrap()).speed(Speed::Relax);
        assert_eq!(
            serde_json::to_string(&tile).unwrap(),
            r#"{"task_id":"task_1","index":4,"speed":"relax"}"#
        );
        let button = Upscale::by_button(task, CustomId::new("MJ::JOB::upsample_v7_2x_subtle::1::h").unwrap());
        assert_eq!(
            serde_json::to_string(&button).unwrap(),
            r#"{"task_id":"task_1","custom_id":"MJ::JOB::upsample_v7_2x_subtle::1::h"}"#,
        );
    }
}
