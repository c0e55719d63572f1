//! The tier rule: which of the two zoom buttons a ratio presses.

use alloc::string::String;
use core::fmt;

use crate::error::Invalid;
use crate::values::ZoomRatio;
use crate::values::checked::checked;

/// How far a picture is zoomed out. There are two tiers; a ratio only chooses between them
/// (reference, section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The button "Zoom Out 1.5x" (Midjourney's Outpaint).
    X1_5,
    /// The button "Zoom Out 2x" (Midjourney's `CustomZoom`), also taken when no ratio is sent.
    X2,
}

impl Tier {
    /// Both tiers, the nearer one first.
    pub const ALL: [Self; 2] = [Self::X1_5, Self::X2];

    /// The tier that a ratio buys: below 2 it is 1.5x; 2, anything above, and no ratio at all is 2x.
    ///
    /// ```
    /// use zoomout_core::{Tier, ZoomRatio};
    ///
    /// assert_eq!(Tier::for_ratio(Some(ZoomRatio::new(1.99)?)), Tier::X1_5);
    /// assert_eq!(Tier::for_ratio(Some(ZoomRatio::new(10.0)?)), Tier::X2);
    /// assert_eq!(Tier::for_ratio(None), Tier::X2);
    /// # Ok::<(), zoomout_core::Error>(())
    /// ```
    pub fn for_ratio(ratio: Option<ZoomRatio>) -> Self {
        match ratio {
            Some(ratio) if ratio.get() < 2.0 => Self::X1_5,
            Some(_) | None => Self::X2,
        }
    }

    /// The tier of a button with this label, if it is a zoom button. Real answers write the
    /// multiplication sign where the documents write an x (reference, section 4.3).
    pub fn for_label(label: &str) -> Option<Self> {
        let label = label.trim();
        Self::ALL.into_iter().find(|tier| {
            let mut written = label.chars().map(|c| if c == '×' { 'x' } else { c.to_ascii_lowercase() });
            let mut wanted = tier.as_str().chars().map(|c| c.to_ascii_lowercase());
            wanted.by_ref().eq(written.by_ref())
        })
    }

    /// The words on the button.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X1_5 => "Zoom Out 1.5x",
            Self::X2 => "Zoom Out 2x",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Tier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

checked!(Tier, String, |label: String| {
    Tier::for_label(&label).ok_or_else(|| {
        Invalid::new("tier", format_args!("must be the label of a zoom button, got {label:?}"))
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(ratio: f64) -> Tier {
        Tier::for_ratio(Some(ZoomRatio::new(ratio).unwrap()))
    }

    #[test]
    fn below_two_is_the_nearer_tier() {
        for ratio in [f64::MIN_POSITIVE, 0.1, 1.0, 1.5, 1.99, 2.0_f64.next_down()] {
            assert_eq!(tier(ratio), Tier::X1_5, "{ratio}");
        }
    }

    #[test]
    fn two_and_above_and_none_is_the_wider_tier() {
        for ratio in [2.0, 2.000_000_1, 2.5, 10.0, f64::MAX] {
            assert_eq!(tier(ratio), Tier::X2, "{ratio}");
        }
        assert_eq!(Tier::for_ratio(None), Tier::X2);
    }

    #[test]
    fn labels_are_recognised_in_both_spellings() {
        assert_eq!(Tier::for_label("Zoom Out 1.5×"), Some(Tier::X1_5));
        assert_eq!(Tier::for_label("zoom out 2X"), Some(Tier::X2));
        for label in ["Custom Zoom", "Zoom Out", "Zoom Out 2x ultra", ""] {
            assert_eq!(Tier::for_label(label), None, "{label:?}");
        }
    }
}
