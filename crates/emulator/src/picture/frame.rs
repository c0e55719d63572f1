//! Where a parent lies in the picture that a zoom makes of it (reference, section 4.2).

use serde::{Deserialize, Serialize};

/// How far one zoom goes out. The buttons' labels are not their factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// The button `Zoom Out 1.5x` (`MJ::Outpaint::75`): the parent keeps 75 % of the side.
    OneAndAThird,
    /// The button `Zoom Out 2x` (`MJ::Outpaint::50`): the parent keeps half of the side.
    Two,
}

impl Factor {
    pub(super) fn ratio(self) -> f64 {
        match self {
            Self::OneAndAThird => 4.0 / 3.0,
            Self::Two => 2.0,
        }
    }

    /// The side of the parent inside a picture of this side. Where that is a multiple of 8, it is exact and
    /// so is the middle; elsewhere it is rounded to whole pixels.
    pub fn parent_side(self, side: u32) -> u32 {
        match self {
            // A quarter is taken away, for three times a side may be too much for its type.
            Self::OneAndAThird => side.saturating_sub(side.saturating_add(1) / 4),
            Self::Two => side.saturating_sub(side / 2),
        }
    }

    /// The left and the upper margin of a parent in the very middle.
    pub(super) fn margin(self, side: u32) -> u32 {
        side.saturating_sub(self.parent_side(side)) / 2
    }
}

/// How many pixels the parent lies off the middle: to the right, and down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shift {
    /// To the right; to the left if it is negative.
    pub dx: i16,
    /// Down; up if it is negative.
    pub dy: i16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_keeps_what_its_button_says_and_not_its_label() {
        for side in [8, 24, 768, 2048] {
            assert_eq!(Factor::OneAndAThird.parent_side(side) * 4, side * 3);
            assert_eq!(Factor::Two.parent_side(side) * 2, side);
            for factor in [Factor::OneAndAThird, Factor::Two] {
                assert_eq!(factor.margin(side) * 2 + factor.parent_side(side), side);
            }
        }
    }

    #[test]
    fn other_sides_are_rounded() {
        let sides = |side| [Factor::OneAndAThird, Factor::Two].map(|factor| factor.parent_side(side));
        assert_eq!(
            [0, 1, 2, 3, 5, 7, 50, 98].map(sides),
            [[0, 0], [1, 1], [2, 1], [2, 2], [4, 3], [5, 4], [38, 25], [74, 49]]
        );
        assert_eq!(sides(u32::MAX), [3_221_225_472, 2_147_483_648]);
    }
}
