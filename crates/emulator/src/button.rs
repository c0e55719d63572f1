//! What can be pressed under a finished picture (reference, section 4.3).

use serde_json::{Value, json};

use crate::id;
use crate::picture::Factor;
use crate::task::{Content, Task};

/// What a button does, as far as this emulator serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    Zoom(Factor),
    /// Which tile, 1 to 4.
    Upscale(usize),
    /// Something that has a route of its own elsewhere.
    Other,
}

/// A button of a picture.
#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) custom_id: String,
    label: String,
    emoji: &'static str,
    pub(crate) press: Press,
}

impl Button {
    fn new(custom_id: String, label: impl Into<String>, press: Press) -> Self {
        Self { custom_id, label: label.into(), emoji: "", press }
    }

    /// The button as the query writes it.
    pub(crate) fn json(&self) -> Value {
        json!({ "customId": self.custom_id, "label": self.label, "emoji": self.emoji })
    }
}

/// The buttons under the pictures of a task.
pub(crate) fn under(task: &Task) -> Vec<Button> {
    let hash = id::button(&task.id);
    match task.content {
        Content::Single(_) => under_single(&hash),
        Content::Grid(_) => under_grid(&hash),
    }
}

fn under_single(hash: &str) -> Vec<Button> {
    let solo = |name: &str| format!("MJ::{name}::{hash}::SOLO");
    let mut buttons = vec![
        Button::new(solo("Outpaint::50::1"), "Zoom Out 2×", Press::Zoom(Factor::Two)),
        Button::new(solo("Outpaint::75::1"), "Zoom Out 1.5×", Press::Zoom(Factor::OneAndAThird)),
        Button::new(format!("MJ::CustomZoom::{hash}"), "Custom Zoom", Press::Zoom(Factor::Two)),
        Button::new(solo("Inpaint::1"), "Vary (Region)", Press::Other),
    ];
    for direction in ["left", "right", "up", "down"] {
        let custom_id = solo(&format!("JOB::pan_{direction}::1"));
        buttons.push(Button::new(custom_id, format!("Pan {direction}"), Press::Other));
    }
    buttons
}

fn under_grid(hash: &str) -> Vec<Button> {
    let tile = |name: &str, number: usize| format!("MJ::JOB::{name}::{number}::{hash}");
    let upscales = (1..=4).map(|n| Button::new(tile("upsample", n), format!("U{n}"), Press::Upscale(n)));
    let variations = (1..=4).map(|n| Button::new(tile("variation", n), format!("V{n}"), Press::Other));
    let reroll = Button {
        emoji: "🔄",
        ..Button::new(format!("MJ::JOB::reroll::0::{hash}::SOLO"), "", Press::Other)
    };
    upscales.chain(variations).chain([reroll]).collect()
}

/// The tile that an HD upscale names: `MJ::JOB::<command>::<index>::<hash>` needs no button of its own
/// (reference, section 7.1).
pub(crate) fn hd_upscale(custom_id: &str) -> Option<usize> {
    const COMMANDS: [&str; 6] = [
        "upsample_v5_2x",
        "upsample_v5_4x",
        "upsample_v6_2x_subtle",
        "upsample_v6_2x_creative",
        "upsample_v7_2x_subtle",
        "upsample_v7_2x_creative",
    ];
    let mut parts = custom_id.strip_prefix("MJ::JOB::")?.split("::");
    let command = parts.next()?;
    let index = parts.next()?.parse().ok().filter(|index| (1..=4).contains(index))?;
    let hash = parts.next()?;
    (COMMANDS.contains(&command) && !hash.is_empty()).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hd_upscale_is_known_by_its_command() {
        assert_eq!(hd_upscale("MJ::JOB::upsample_v6_2x_subtle::3::abc"), Some(3));
        for wrong in [
            "MJ::JOB::upsample_v6_2x_subtle::5::abc",
            "MJ::JOB::reroll::1::abc",
            "MJ::JOB::upsample_v5_2x::1",
            "x",
        ] {
            assert_eq!(hd_upscale(wrong), None, "{wrong}");
        }
    }
}
