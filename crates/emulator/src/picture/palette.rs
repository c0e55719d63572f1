//! The four moods a landscape can have.

#![expect(clippy::unreadable_literal, reason = "colours are written as everywhere else")]

use super::color::Color;

/// The colours of one mood.
#[derive(Debug)]
pub(super) struct Palette {
    /// From the horizon up.
    pub(super) sky: [Color; 5],
    /// The disc.
    pub(super) sun: Color,
    /// The light around it.
    pub(super) glow: Color,
    /// Clouds, lit from below.
    pub(super) cloud: Color,
    /// What distance does to everything.
    pub(super) haze: Color,
    /// The nearest of the mountains.
    pub(super) mountain: Color,
    /// Water, where it mirrors nothing.
    pub(super) water: Color,
    /// The nearest hill and its pines.
    pub(super) front: Color,
    /// The mist between the hills.
    pub(super) mist: Color,
}

const fn sky(colors: [u32; 5]) -> [Color; 5] {
    let [low, lower, middle, higher, high] = colors;
    [Color::hex(low), Color::hex(lower), Color::hex(middle), Color::hex(higher), Color::hex(high)]
}

static DUSK: Palette = Palette {
    sky: sky([0xffc986, 0xf88f6b, 0xb85c86, 0x4a3a7c, 0x12163f]),
    sun: Color::hex(0xfff3cf),
    glow: Color::hex(0xffa252),
    cloud: Color::hex(0xffb394),
    haze: Color::hex(0xe88f7e),
    mountain: Color::hex(0x3c2c5e),
    water: Color::hex(0x3a2f6b),
    front: Color::hex(0x121027),
    mist: Color::hex(0x5a3d6b),
};

static MOONLIGHT: Palette = Palette {
    sky: sky([0x9fd8d2, 0x56a3b4, 0x2b6b8f, 0x163a63, 0x07112b]),
    sun: Color::hex(0xfbfff4),
    glow: Color::hex(0xa8e6e0),
    cloud: Color::hex(0xb5dcde),
    haze: Color::hex(0x74b4bf),
    mountain: Color::hex(0x173b5c),
    water: Color::hex(0x143a5c),
    front: Color::hex(0x061220),
    mist: Color::hex(0x23546e),
};

static DAWN: Palette = Palette {
    sky: sky([0xffe8c2, 0xffc4b0, 0xd9a0c4, 0x868ccf, 0x364b94]),
    sun: Color::hex(0xfffbec),
    glow: Color::hex(0xffcf9a),
    cloud: Color::hex(0xffe0d6),
    haze: Color::hex(0xf2c3bc),
    mountain: Color::hex(0x4f5a96),
    water: Color::hex(0x6a7ab8),
    front: Color::hex(0x1b2547),
    mist: Color::hex(0x8686b8),
};

static AUTUMN: Palette = Palette {
    sky: sky([0xffe28a, 0xfbb04b, 0xd46a3a, 0x7c3b4a, 0x2a1a3a]),
    sun: Color::hex(0xfffad8),
    glow: Color::hex(0xffc84a),
    cloud: Color::hex(0xffcf86),
    haze: Color::hex(0xf0a95a),
    mountain: Color::hex(0x6b2f35),
    water: Color::hex(0x6b383c),
    front: Color::hex(0x220f16),
    mist: Color::hex(0x8a453c),
};

/// The mood of a seed: neighbouring seeds get different ones.
pub(super) fn of(seed: u64) -> &'static Palette {
    match seed % 4 {
        0 => &DUSK,
        1 => &MOONLIGHT,
        2 => &DAWN,
        _ => &AUTUMN,
    }
}
