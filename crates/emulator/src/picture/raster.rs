//! A square of pixels: scaling it, laying one on another, and writing it as PNG.

use super::color::byte;

/// A square picture, row by row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raster {
    side: u32,
    pixels: Vec<[u8; 3]>,
}

impl Raster {
    /// Paints each pixel with a function of its column and row.
    pub(super) fn paint(side: u32, mut color: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let mut pixels = Vec::new();
        for row in 0..side {
            pixels.extend((0..side).map(|column| color(column, row)));
        }
        Self { side, pixels }
    }

    /// The colour at a place; black outside.
    pub(super) fn at(&self, column: u32, row: u32) -> [u8; 3] {
        if column >= self.side || row >= self.side {
            return [0; 3];
        }
        let place = u64::from(row) * u64::from(self.side) + u64::from(column);
        usize::try_from(place).ok().and_then(|place| self.pixels.get(place)).copied().unwrap_or_default()
    }

    /// The same picture, smaller. Each new pixel is the mean of the area it covers, parts of pixels
    /// counted by their share: the rule that the crate's README promises.
    pub(super) fn shrunk(&self, side: u32) -> Self {
        let spans: Vec<Vec<(u32, f64)>> = (0..side).map(|at| span(at, side, self.side)).collect();
        // First the rows, then the columns: the mean over a rectangle can be taken one way at a time.
        let mut wide: Vec<[f64; 3]> = Vec::new();
        for row in 0..self.side {
            for columns in &spans {
                wide.push(mean(columns, |column| self.at(column, row).map(f64::from)));
            }
        }
        let half_way = |column: usize, row: u32| {
            let row = usize::try_from(row).unwrap_or(usize::MAX);
            wide.get(row.saturating_mul(spans.len()).saturating_add(column)).copied().unwrap_or_default()
        };
        let mut pixels = Vec::new();
        for rows in &spans {
            for column in 0..spans.len() {
                pixels.push(mean(rows, |row| half_way(column, row)).map(byte));
            }
        }
        Self { side, pixels }
    }

    /// This picture with another laid on it, the upper left corner at the place given; what lies outside is
    /// cut off.
    pub(super) fn with(&self, other: &Self, left: i64, top: i64) -> Self {
        let inside =
            |at: u32, from: i64| u32::try_from(i64::from(at) - from).ok().filter(|&at| at < other.side);
        Self::paint(self.side, |column, row| match (inside(column, left), inside(row, top)) {
            (Some(x), Some(y)) => other.at(x, y),
            _ => self.at(column, row),
        })
    }

    /// The picture as a PNG file.
    pub(super) fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.side, self.side);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(file)
    }
}

/// Which of `old` pixels in a row fall under pixel `at` of `new`, each with its share of it.
fn span(at: u32, new: u32, old: u32) -> Vec<(u32, f64)> {
    let scale = f64::from(old) / f64::from(new);
    let (from, to) = (f64::from(at) * scale, (f64::from(at) + 1.0) * scale);
    (0..old)
        .map(|pixel| {
            let (left, right) = (f64::from(pixel), f64::from(pixel) + 1.0);
            (pixel, (to.min(right) - from.max(left)) / scale)
        })
        .filter(|&(_, share)| share > 1e-9)
        .collect()
}

fn mean(span: &[(u32, f64)], at: impl Fn(u32) -> [f64; 3]) -> [f64; 3] {
    span.iter().fold([0.0; 3], |[r, g, b], &(pixel, share)| {
        let [r2, g2, b2] = at(pixel);
        [r + r2 * share, g + g2 * share, b + b2 * share]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_size_is_the_mean_of_four() {
        let picture = Raster::paint(2, |x, y| [byte(f64::from(x * 100 + y * 50)); 3]);
        assert_eq!(picture.shrunk(1).at(0, 0), [75; 3]);
    }

    #[test]
    fn an_uneven_ratio_counts_parts_of_pixels() {
        let picture = Raster::paint(3, |x, _| [if x == 1 { 90 } else { 0 }; 3]);
        assert_eq!(picture.shrunk(2).at(0, 0), [30; 3], "half of the middle pixel falls on each side");
        assert_eq!(picture.shrunk(2).at(1, 1), [30; 3]);
    }

    #[test]
    fn shrinking_to_the_same_size_changes_nothing() {
        let picture = Raster::paint(5, |x, y| [byte(f64::from(x * y * 9)), 3, 200]);
        assert_eq!(picture.shrunk(5), picture);
    }

    #[test]
    fn what_is_laid_on_lies_where_it_should_and_is_cut_at_the_edge() {
        let white = Raster::paint(2, |_, _| [255; 3]);
        let lit = |left, top| {
            let framed = Raster::paint(6, |_, _| [0; 3]).with(&white, left, top);
            let places = (0..36).map(|i| (i % 6, i / 6));
            places.filter(|&(x, y)| framed.at(x, y) == [255; 3]).collect::<Vec<_>>()
        };
        assert_eq!(lit(2, 2), [(2, 2), (3, 2), (2, 3), (3, 3)]);
        assert_eq!(lit(-1, 5), [(0, 5)]);
        assert_eq!(lit(6, 0), []);
    }

    #[test]
    fn png_files_can_be_read_back() {
        let picture = Raster::paint(4, |x, y| [byte(f64::from(x * 60)), byte(f64::from(y * 60)), 9]);
        let file = picture.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((info.width, info.height), (4, 4));
        assert_eq!(bytes, picture.pixels.as_flattened());
    }
}
