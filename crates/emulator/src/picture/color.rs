//! A colour with room for light, and how it becomes three bytes.

use super::noise::blend;

/// Red, green and blue, 0 to 1; light added to it may go beyond and is cut off at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Color([f64; 3]);

impl Color {
    /// The colour of a web page's `#rrggbb`.
    pub(super) const fn hex(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self([unit(red), unit(green), unit(blue)])
    }

    /// This colour with `share` of another in it.
    pub(super) fn mix(self, other: Self, share: f64) -> Self {
        let (Self([r, g, b]), Self([r2, g2, b2])) = (self, other);
        Self([blend(r, r2, share), blend(g, g2, share), blend(b, b2, share)])
    }

    /// This colour with another's light falling on it.
    pub(super) fn lit(self, light: Self, strength: f64) -> Self {
        let (Self([r, g, b]), Self([r2, g2, b2])) = (self, light);
        let screen = |base: f64, ray: f64| 1.0 - (1.0 - base) * (1.0 - (ray * strength).clamp(0.0, 1.0));
        Self([screen(r, r2), screen(g, g2), screen(b, b2)])
    }

    /// Three bytes; `grain` (-0.5 to 0.5) moves the rounding, so that slow gradients show no bands.
    pub(super) fn bytes(self, grain: f64) -> [u8; 3] {
        self.0.map(|channel| byte(channel * 255.0 + grain))
    }
}

#[expect(clippy::as_conversions, reason = "`f64::from` is not const yet; a byte always fits")]
const fn unit(byte: u8) -> f64 {
    byte as f64 / 255.0
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and clamped to a byte first"
)]
pub(super) fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_colours_come_back_as_their_bytes() {
        assert_eq!(Color::hex(0x12_34_ff).bytes(0.0), [0x12, 0x34, 0xff]);
    }

    #[test]
    fn light_never_darkens_and_is_cut_off_at_white() {
        let dim = Color::hex(0x40_40_40);
        assert_eq!(dim.lit(Color::hex(0xff_ff_ff), 9.0).bytes(0.0), [255; 3]);
        assert_eq!(dim.lit(Color::hex(0xff_ff_ff), 0.0), dim);
    }
}
