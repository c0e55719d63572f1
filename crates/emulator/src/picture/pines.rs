//! Pine trees along the crest of a hill.

use super::noise::{cell, scatter, smooth, step};

/// How much of the pixel at a place is covered by the pines of a hill.
///
/// `near` is the size of the hill, to which the trees are in proportion, and `crest` its upper edge.
pub(super) fn cover(seed: u64, near: f64, x: f64, y: f64, grain: f64, crest: impl Fn(f64) -> f64) -> f64 {
    let tallest = 0.27 * near;
    let apart = 0.045 * near;
    let middle = cell(x / apart);
    let mut cover = 0.0;
    for tree in middle.saturating_sub(1)..=middle.saturating_add(1) {
        let pick = |salt| scatter(seed ^ 0x7EE, tree, salt);
        let foot_x = x - (x / apart - middle_of(tree, middle, x / apart, pick(1))) * apart;
        let wood = smooth(seed ^ 0xF0, foot_x / near * 1.7, 0.5);
        if pick(2) > step(0.34, 0.62, wood) * 0.96 {
            continue;
        }
        let height = tallest * (0.35 + 0.65 * pick(3)) * (0.5 + 0.5 * wood);
        let foot = crest(foot_x) + 0.02 * near;
        let down = (y - (foot - height)) / height;
        if !(0.0..=1.0).contains(&down) {
            continue;
        }
        // Branches: the outline swings out and back several times on its way down.
        let tier = (down * 7.0 + pick(4)).fract();
        let half = height * (0.012 + 0.19 * down * (0.58 + 0.42 * tier));
        let inside = half - (x - foot_x).abs();
        cover = f64::max(cover, step(-0.6 * grain, 0.6 * grain, inside));
    }
    cover
}

/// How far (in cells) the trunk of a tree is from the start of the row of cells we look at.
fn middle_of(tree: i64, middle: i64, at: f64, shift: f64) -> f64 {
    let cells = match tree.cmp(&middle) {
        std::cmp::Ordering::Less => -1.0,
        std::cmp::Ordering::Equal => 0.0,
        std::cmp::Ordering::Greater => 1.0,
    };
    at.floor() + cells + shift
}
