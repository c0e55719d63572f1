//! Cutting one picture out of a grid, which is what makes it zoomable.

use serde::Serialize;

use crate::action::BillingKey;
use crate::action::settings::{Settings, with_settings};
use crate::values::{CustomId, Index, TaskId};

/// An upscale of one tile of a grid (`POST /v1/midjourney/generations/upscale`; reference, section 7).
///
/// Building one costs nothing and sends nothing; each accepted submission is billed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Upscale {
    task_id: TaskId,
    #[serde(flatten)]
    selector: Selector,
    #[serde(flatten)]
    pub(crate) settings: Settings,
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

    /// The price cell that an accepted submission is billed to.
    pub fn billing_key(&self) -> BillingKey {
        BillingKey::new("upscale", self.settings.speed)
    }
}

with_settings!(Upscale);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Speed;

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
