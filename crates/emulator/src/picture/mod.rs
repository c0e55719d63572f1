//! The pictures of tasks, painted on demand.
//!
//! A [`Picture`] is only a recipe. The same recipe gives the same pixels on every machine.

mod color;
mod frame;
mod gallery;
mod noise;
mod palette;
mod pines;
mod raster;
mod scene;

pub use frame::{Factor, Shift};
pub(crate) use gallery::Gallery;
use raster::Raster;
use scene::Scene;

/// What a picture shows, without its pixels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// A landscape: four neighbouring seeds give four different moods.
    Landscape {
        /// Which landscape.
        seed: u64,
    },
    /// A parent amid new background.
    Zoomed {
        /// The picture amid it.
        parent: Box<Self>,
        /// How much smaller it is there.
        factor: Factor,
        /// Which of several new backgrounds.
        variant: u64,
        /// How far it lies off the middle.
        shift: Shift,
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
            Self::Landscape { seed } => self.view(&Scene::new(*seed, 0), side),
            Self::Zoomed { parent, factor, variant, shift } => {
                let wider = self.view(&Scene::new(self.seed(), *variant), side);
                let inner = parent.raster(side).shrunk(factor.parent_side(side));
                let place = |off| i64::from(factor.margin(side)) + i64::from(off);
                wider.with(&inner, place(shift.dx), place(shift.dy))
            }
            Self::Grid(tiles) => {
                let half = side / 2;
                let [a, b, c, d] = tiles.each_ref().map(|tile| tile.raster(side).shrunk(half));
                let half = i64::from(half);
                let empty = Raster::paint(side, |_, _| [0; 3]);
                empty.with(&a, 0, 0).with(&b, half, 0).with(&c, 0, half).with(&d, half, half)
            }
        }
    }

    /// What the picture shows of a scene.
    fn view(&self, scene: &Scene, side: u32) -> Raster {
        let (reach, grain, (left, top)) = (self.reach(), self.grain(side), self.middle(side));
        Raster::paint(side, |column, row| {
            let x = left + (f64::from(column) + 0.5) * grain - reach;
            let y = top + (f64::from(row) + 0.5) * grain - reach;
            let noise = noise::scatter(0x6_1A17, i64::from(column), i64::from(row)) - 0.5;
            scene.color(x, y, grain).bytes(noise)
        })
    }

    /// How wide a pixel is in the scene.
    fn grain(&self, side: u32) -> f64 {
        2.0 * self.reach() / f64::from(side.max(1))
    }

    /// Where in the scene the middle of the picture is: new background goes on where its parent ends.
    fn middle(&self, side: u32) -> (f64, f64) {
        match self {
            Self::Zoomed { parent, shift, .. } => {
                let (grain, (x, y)) = (self.grain(side), parent.middle(side));
                (x - f64::from(shift.dx) * grain, y - f64::from(shift.dy) * grain)
            }
            Self::Landscape { .. } | Self::Grid(_) => (0.0, 0.0),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn zoomed(parent: &Picture, factor: Factor) -> Picture {
        shifted(parent, factor, Shift::default())
    }

    fn shifted(parent: &Picture, factor: Factor, shift: Shift) -> Picture {
        Picture::Zoomed { parent: Box::new(parent.clone()), factor, variant: 0, shift }
    }

    #[test]
    fn the_middle_of_a_zoom_is_the_parent_pixel_by_pixel() {
        let parent = Picture::Landscape { seed: 8 };
        for (factor, inner, margin) in [(Factor::Two, 24, 12), (Factor::OneAndAThird, 36, 6)] {
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
    fn a_shifted_zoom_has_its_parent_so_many_pixels_off_the_middle_and_no_seam() {
        let parent = shifted(&Picture::Landscape { seed: 8 }, Factor::Two, Shift { dx: -3, dy: 1 });
        let straight = zoomed(&parent, Factor::OneAndAThird).raster(48);
        let wide = shifted(&parent, Factor::OneAndAThird, Shift { dx: 4, dy: -5 }).raster(48);
        let small = parent.raster(48).shrunk(36);
        for row in 0..36 {
            for column in 0..36 {
                assert_eq!(wide.at(6 + 4 + column, 6 - 5 + row), small.at(column, row));
            }
        }
        // What is painted around it moves along, up to the grain of a pixel.
        for place in 6..40 {
            for (here, there) in [((2, place), (6, place - 5)), ((place, 44), (place + 4, 39))] {
                let colors = straight.at(here.0, here.1).into_iter().zip(wide.at(there.0, there.1));
                assert!(colors.clone().all(|(a, b)| a.abs_diff(b) <= 2), "{here:?}: {colors:?}");
            }
        }
    }

    #[test]
    fn a_parent_that_is_shifted_out_of_sight_leaves_new_background_only() {
        let away =
            shifted(&Picture::Landscape { seed: 8 }, Factor::Two, Shift { dx: i16::MAX, dy: i16::MIN });
        assert_eq!(away.raster(8), away.view(&Scene::new(8, 0), 8));
    }

    #[test]
    fn a_chain_of_zooms_keeps_the_first_picture_in_its_middle() {
        let first = Picture::Landscape { seed: 9 };
        let second = zoomed(&first, Factor::OneAndAThird);
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
    fn painting_is_repeatable() {
        let picture = Picture::Landscape { seed: 3 };
        assert_eq!(picture.png(16).unwrap(), picture.png(16).unwrap());
    }
}
