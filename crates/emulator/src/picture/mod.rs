//! The pictures of tasks, painted on demand.
//!
//! A [`Picture`] is only a recipe. The same recipe gives the same pixels on every machine.

mod color;
mod gallery;
mod noise;
mod palette;
mod pines;
mod raster;
mod scene;

pub(crate) use gallery::Gallery;
use raster::Raster;
use scene::Scene;

/// How far one zoom goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// `Zoom Out 1.5x`: the parent takes two thirds of the side.
    OneAndAHalf,
    /// `Zoom Out 2x`: the parent takes half of the side.
    Two,
}

impl Factor {
    fn ratio(self) -> f64 {
        match self {
            Self::OneAndAHalf => 1.5,
            Self::Two => 2.0,
        }
    }

    /// The side of the parent inside a picture of this side, rounded to whole pixels.
    pub fn parent_side(self, side: u32) -> u32 {
        match self {
            Self::OneAndAHalf => (side.saturating_mul(2).saturating_add(1)) / 3,
            Self::Two => side.saturating_add(1) / 2,
        }
    }
}

/// What a picture shows, without its pixels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// A landscape: four neighbouring seeds give four different moods.
    Landscape {
        /// Which landscape.
        seed: u64,
    },
    /// A parent in the middle of new background.
    Zoomed {
        /// The picture in the middle.
        parent: Box<Self>,
        /// How much smaller it is there.
        factor: Factor,
        /// Which of several new backgrounds.
        variant: u64,
    },
    /// Four pictures, two by two.
    Grid([Box<Self>; 4]),
}

impl Picture {
    /// Paints the picture as a PNG file of `side` by `side` pixels.
    ///
    /// The only errors are those of the PNG encoder, which writes to memory.
    pub fn png(&self, side: u32) -> Result<Vec<u8>, png::EncodingError> {
        self.raster(side).png()
    }

    fn raster(&self, side: u32) -> Raster {
        match self {
            Self::Landscape { seed } => view(&Scene::new(*seed, 0), 1.0, side),
            Self::Zoomed { parent, factor, variant } => {
                let wider = view(&Scene::new(self.seed(), *variant), self.reach(), side);
                wider.with_centred(&parent.raster(side).shrunk(factor.parent_side(side)))
            }
            Self::Grid(tiles) => {
                let half = side / 2;
                let [a, b, c, d] = tiles.each_ref().map(|tile| tile.raster(side).shrunk(half));
                let empty = Raster::paint(side, |_, _| [0; 3]);
                empty.with(&a, 0, 0).with(&b, half, 0).with(&c, 0, half).with(&d, half, half)
            }
        }
    }

    /// How far from the middle the edge is, the first picture's edge being at 1.
    fn reach(&self) -> f64 {
        match self {
            Self::Zoomed { parent, factor, .. } => parent.reach() * factor.ratio(),
            Self::Landscape { .. } | Self::Grid(_) => 1.0,
        }
    }

    fn seed(&self) -> u64 {
        match self {
            Self::Landscape { seed } => *seed,
            Self::Zoomed { parent, .. } => parent.seed(),
            Self::Grid([first, ..]) => first.seed(),
        }
    }
}

fn view(scene: &Scene, reach: f64, side: u32) -> Raster {
    let grain = 2.0 * reach / f64::from(side.max(1));
    Raster::paint(side, |column, row| {
        let x = (f64::from(column) + 0.5) * grain - reach;
        let y = (f64::from(row) + 0.5) * grain - reach;
        let noise = noise::scatter(0x6_1A17, i64::from(column), i64::from(row)) - 0.5;
        scene.color(x, y, grain).bytes(noise)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoomed(parent: &Picture, factor: Factor) -> Picture {
        Picture::Zoomed { parent: Box::new(parent.clone()), factor, variant: 0 }
    }

    #[test]
    fn the_middle_of_a_zoom_is_the_parent_pixel_by_pixel() {
        let parent = Picture::Landscape { seed: 8 };
        for (factor, inner, margin) in [(Factor::Two, 24, 12), (Factor::OneAndAHalf, 32, 8)] {
            let small = parent.raster(48).shrunk(inner);
            let wide = zoomed(&parent, factor).raster(48);
            for row in 0..inner {
                for column in 0..inner {
                    assert_eq!(wide.at(margin + column, margin + row), small.at(column, row));
                }
            }
        }
    }

    #[test]
    fn the_rest_of_a_zoom_is_painted_and_not_the_parent() {
        let parent = Picture::Landscape { seed: 8 };
        let wide = zoomed(&parent, Factor::Two).raster(48);
        let border: std::collections::HashSet<[u8; 3]> =
            (0..48).flat_map(|i| [wide.at(i, 0), wide.at(i, 47), wide.at(0, i), wide.at(47, i)]).collect();
        assert!(border.len() > 40, "only {} colours around", border.len());
        assert_ne!(wide.at(0, 0), parent.raster(48).at(0, 0));
    }

    #[test]
    fn a_chain_of_zooms_keeps_the_first_picture_in_its_middle() {
        let first = Picture::Landscape { seed: 9 };
        let second = zoomed(&first, Factor::OneAndAHalf);
        let third = zoomed(&second, Factor::Two).raster(48);
        let inner = second.raster(48).shrunk(24);
        assert_eq!(third.at(24, 24), inner.at(12, 12));
        assert_eq!(third.at(12, 12), inner.at(0, 0));
    }

    #[test]
    fn a_grid_shows_four_different_tiles() {
        let tiles = [0, 1, 2, 3].map(|seed| Box::new(Picture::Landscape { seed }));
        let grid = Picture::Grid(tiles).raster(32);
        let second = Picture::Landscape { seed: 1 }.raster(32).shrunk(16);
        assert_eq!(grid.at(16 + 5, 5), second.at(5, 5));
        let corners = [grid.at(0, 0), grid.at(16, 0), grid.at(0, 16), grid.at(16, 16)];
        assert!(corners.iter().enumerate().all(|(i, a)| corners.iter().skip(i + 1).all(|b| a != b)));
    }

    #[test]
    fn the_parents_share_of_the_side_is_rounded() {
        assert_eq!((Factor::Two.parent_side(768), Factor::OneAndAHalf.parent_side(768)), (384, 512));
        assert_eq!((Factor::Two.parent_side(5), Factor::OneAndAHalf.parent_side(100)), (3, 67));
    }

    #[test]
    fn painting_is_repeatable() {
        let picture = Picture::Landscape { seed: 3 };
        assert_eq!(picture.png(16).unwrap(), picture.png(16).unwrap());
    }
}
