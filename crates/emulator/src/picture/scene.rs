//! A landscape without edges: what stands at each place of it.
//!
//! The scene is a function of two coordinates, `x` to the right and `y` down, and has no end. The first
//! picture shows the square from -1 to 1; zooming out shows more of the same scene. Everything farther
//! from the middle is larger (hills, pines, stars), so that each zoom meets something worth seeing.

use super::color::Color;
use super::noise::{blend, cell, cloudy, craggy, scatter, smooth, step};
use super::palette::{self, Palette};
use super::pines;

/// Where the lake meets the mountains.
pub(super) const HORIZON: f64 = 0.14;
const MOUNTAINS: [Mountain; 4] = [
    Mountain { salt: 11, height: 0.60, spread: 1.5, lift: 0.10, near: 0.12 },
    Mountain { salt: 12, height: 0.43, spread: 2.1, lift: 0.05, near: 0.38 },
    Mountain { salt: 13, height: 0.27, spread: 3.0, lift: 0.02, near: 0.65 },
    Mountain { salt: 14, height: 0.13, spread: 4.6, lift: 0.01, near: 0.95 },
];

struct Mountain {
    salt: u64,
    height: f64,
    spread: f64,
    lift: f64,
    near: f64,
}

/// One endless landscape.
#[derive(Debug)]
pub(super) struct Scene {
    seed: u64,
    /// Which of several ways the part outside the first picture is painted.
    variant: u64,
    palette: &'static Palette,
    sun: (f64, f64),
}

impl Scene {
    /// The landscape of a seed.
    pub(super) fn new(seed: u64, variant: u64) -> Self {
        let x = blend(-0.42, 0.42, scatter(seed, 1, 1));
        let y = HORIZON - blend(0.34, 0.52, scatter(seed, 1, 2));
        Self { seed, variant, palette: palette::of(seed), sun: (x, y) }
    }

    /// The colour at a place; `grain` is the width of a pixel there.
    pub(super) fn color(&self, x: f64, y: f64, grain: f64) -> Color {
        let ground = if y < HORIZON { self.above(x, y, grain) } else { self.lake(x, y, grain) };
        self.banks(ground, x, y, grain)
    }

    fn above(&self, x: f64, y: f64, grain: f64) -> Color {
        let mut color = self.sky(x, y, grain);
        color = self.birds(color, x, y, grain);
        for mountain in &MOUNTAINS {
            let crest = self.crest(mountain, x);
            let cover = step(-0.7 * grain, 0.7 * grain, y - crest);
            if cover > 0.0 {
                color = color.mix(self.slope(mountain, x, y, crest), cover);
            }
        }
        color
    }

    fn sky(&self, x: f64, y: f64, grain: f64) -> Color {
        let palette = self.palette;
        let height = HORIZON - y;
        let [low, lower, middle, higher, high] = palette.sky;
        let share = height / (height + 1.1);
        let mut color = low
            .mix(lower, step(0.0, 0.24, share))
            .mix(middle, step(0.18, 0.42, share))
            .mix(higher, step(0.36, 0.60, share))
            .mix(high, step(0.54, 0.82, share));
        color = color.lit(Color::hex(0x00ff_ffff), self.stars(x, height, grain) * step(0.34, 0.6, share));
        let (dx, dy) = (x - self.sun.0, y - self.sun.1);
        let away = dx.hypot(dy);
        color = color.lit(palette.glow, 0.75 * (-away / 0.16).exp() + 0.42 * (-away / 0.75).exp());
        color = self.clouds(color, x, height, away);
        let disc = 1.0 - step(0.095 - grain, 0.095 + grain, away);
        color.mix(palette.sun, disc)
    }

    fn clouds(&self, color: Color, x: f64, height: f64, from_sun: f64) -> Color {
        let far = 0.45 + 0.75 * height;
        let strip = cloudy(self.seed ^ 0x51 ^ (self.variant << 9), x / far * 0.9, far.ln() * 5.2, 5);
        let veil = step(0.52, 0.74, strip) * step(0.0, 0.25, height);
        let shine = 0.35 + 0.5 * (-from_sun / 0.9).exp();
        color.mix(self.palette.cloud, veil * shine)
    }

    /// Stars sit in cells that grow with the height above the horizon.
    fn stars(&self, x: f64, height: f64, grain: f64) -> f64 {
        let band = (1.0 + height).log2().floor();
        let size = 0.05 * band.exp2();
        let (column, row) = (cell(x / size), cell(height / size));
        let salt = self.seed ^ 0x57A2 ^ cell(band).cast_unsigned();
        if scatter(salt, column, row) > 0.32 {
            return 0.0;
        }
        let at = |share: f64, salt: u64| share + 0.2 + 0.6 * scatter(salt, column, row);
        let dx = x / size - at((x / size).floor(), salt ^ 1);
        let dy = height / size - at((height / size).floor(), salt ^ 2);
        let bright = scatter(salt ^ 3, column, row).powi(3);
        let radius = f64::max(0.018 + 0.05 * bright, 0.6 * grain / size);
        (0.35 + 0.65 * bright) * (1.0 - step(0.3 * radius, 1.6 * radius, dx.hypot(dy)))
    }

    fn birds(&self, color: Color, x: f64, y: f64, grain: f64) -> Color {
        let mut shade = 0.0;
        for bird in 0..7 {
            let pick = |salt| scatter(self.seed ^ 0xB1D, bird, salt);
            let size = blend(0.018, 0.036, pick(1));
            let away = if self.sun.0 > 0.0 { -1.0 } else { 1.0 };
            let left = (x - self.sun.0 - away * blend(0.2, 0.62, pick(2))) / size;
            let down = (y - self.sun.1 - blend(-0.16, 0.16, pick(3))) / size;
            if left.abs() < 1.0 && down.abs() < 1.0 {
                let wing = 0.5 * (left.abs() - 0.45).powi(2) - 0.25 * left.abs();
                let thick = 0.13 * (1.0 - left.abs()) + 0.02;
                let edge = f64::max(grain / size, 0.01);
                shade = f64::max(shade, 1.0 - step(thick, thick + edge, (down - wing).abs()));
            }
        }
        color.mix(self.palette.front, 0.85 * shade)
    }

    /// The upper edge of a mountain range. Far from the middle its peaks are wider and higher: a valley.
    fn crest(&self, mountain: &Mountain, x: f64) -> f64 {
        let seed = self.seed ^ (mountain.salt << 8);
        let wide = x.signum() * (1.0 + 0.55 * x.abs()).ln() / 0.55;
        let shape = craggy(seed, wide * mountain.spread + 40.0, 6);
        let grow = 1.0 + 0.38 * f64::max(0.0, x.abs() - 0.5);
        HORIZON - mountain.lift - mountain.height * grow * (shape - 0.30).max(0.02)
    }

    fn slope(&self, mountain: &Mountain, x: f64, y: f64, crest: f64) -> Color {
        let palette = self.palette;
        let tall = f64::max(HORIZON - crest, 0.01);
        let down = ((y - crest) / tall).clamp(0.0, 1.0);
        let body = palette.haze.mix(palette.mountain, mountain.near);
        // The side that faces the sun is lighter; folds in the rock follow a slanted noise.
        let fold = cloudy(self.seed ^ mountain.salt, x * 7.0 + y * 5.0, y * 9.0 - x * 3.0, 4) - 0.5;
        let facing = self.crest(mountain, x + 0.012) - self.crest(mountain, x - 0.012);
        let toward = (facing * (self.sun.0 - x).signum() * -9.0).clamp(-0.3, 0.3);
        let body = body
            .lit(palette.glow, (fold * 0.28 + toward * 0.55).max(0.0) * (1.0 - mountain.near * 0.5))
            .mix(palette.mountain, (-(fold * 0.35 + toward * 0.5)).max(0.0));
        let mist = 0.72 * (1.0 - 0.55 * mountain.near) * down.powf(1.6);
        body.mix(palette.haze, mist)
    }

    /// Water: the land above it mirrored, shaken by ripples, with the sun's path on it.
    fn lake(&self, x: f64, y: f64, grain: f64) -> Color {
        let palette = self.palette;
        let depth = y - HORIZON;
        let far = 0.03 + depth;
        let ripple = cloudy(self.seed ^ 0x1A, x / far * 0.35, 7.0 * far.ln(), 4) - 0.5;
        let mirrored =
            self.above(x + ripple * 0.16 * far, HORIZON - depth * 1.04 - ripple * 0.05 * far, grain);
        let deep = mirrored.mix(palette.water, 0.24 + 0.4 * step(0.0, 1.2, depth));
        let path = (-((x - self.sun.0) / (0.05 + 0.18 * depth)).powi(2)).exp();
        let spark = step(0.56, 0.74, smooth(self.seed ^ 0x59, x / far * 1.6, 26.0 * far.ln()));
        let shore = 0.35 * (1.0 - step(0.0, 0.02, depth));
        deep.lit(palette.sun, path * (0.16 + 0.6 * spark)).mix(palette.haze, shore)
    }

    /// The hills in front, each larger and nearer than the one before, with pines on them.
    fn banks(&self, ground: Color, x: f64, y: f64, grain: f64) -> Color {
        let mut color = ground;
        for bank in 0_u32..40 {
            let near = 0.60 * 1.62_f64.powi(bank.cast_signed());
            if y < 0.2 * near {
                break;
            }
            let outside = if bank > 1 { self.variant } else { 0 };
            let seed = self.seed ^ 0xBA2C ^ (u64::from(bank) << 16) ^ (outside << 40);
            let crest = |x: f64| {
                let rise = 0.20 * (x / near).powi(2).min(3.0);
                let swell = cloudy(seed, x / near * 1.1 + 9.0, 0.5, 4) - 0.5;
                near * (1.0 + 0.36 * swell - rise)
            };
            let top = crest(x);
            let land = step(-0.7 * grain, 0.7 * grain, y - top);
            let cover = f64::max(land, pines::cover(seed, near, x, y, grain, crest));
            if cover <= 0.0 {
                continue;
            }
            let down = ((y - top) / (0.55 * near)).clamp(0.0, 1.0);
            let dark = 0.55 + 0.45 * step(0.0, 2.0, f64::from(bank));
            let body = self.palette.mist.mix(self.palette.front, dark);
            color = color.mix(body.mix(self.palette.mist, 0.62 * down), cover);
        }
        color
    }
}
