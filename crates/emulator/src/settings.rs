//! What can be set about the emulated API.

use serde::{Deserialize, Serialize};

use crate::picture::Shift;

/// How the emulated API behaves where the documents leave it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many pictures a zoom makes; no page says.
    pub images_per_zoom: Images,
    /// How many submissions a minute are let through; `None`: any number.
    pub submits_per_minute: Option<u32>,
    /// How far off the middle a zoom leaves its parent: real ones come back shifted by some pixels.
    pub shift: Shift,
}

/// The number of pictures of a zoom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Images {
    /// One picture, which can be zoomed again.
    #[default]
    One,
    /// Four and a grid, which must be upscaled first.
    Four,
}

impl TryFrom<u8> for Images {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::One),
            4 => Ok(Self::Four),
            _ => Err(format!("images_per_zoom must be 1 or 4, got {number}")),
        }
    }
}

impl From<Images> for u8 {
    fn from(images: Images) -> Self {
        match images {
            Images::One => 1,
            Images::Four => 4,
        }
    }
}
