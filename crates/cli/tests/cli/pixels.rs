//! Pictures, read back by another decoder's user than the one that painted them.

use std::path::Path;

/// A square picture in RGB.
pub(crate) struct Pixels {
    pub(crate) side: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    /// Reads a PNG file.
    pub(crate) fn read(path: &Path) -> Self {
        let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        assert_eq!(info.width, info.height);
        Self { side: usize::try_from(info.width).unwrap(), bytes }
    }

    fn at(&self, column: usize, row: usize, channel: usize) -> f64 {
        f64::from(self.bytes[(row * self.side + column) * 3 + channel])
    }

    /// The mean brightness of one channel over a part of a pixel grid of `cells` by `cells`.
    fn cell(&self, column: usize, row: usize, cells: usize, channel: usize) -> f64 {
        let span = |at: usize| (at * self.side / cells)..((at + 1) * self.side / cells);
        let values: Vec<f64> =
            span(row).flat_map(|y| span(column).map(move |x| self.at(x, y, channel))).collect();
        values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap())
    }

    /// The middle, `side` by `side` pixels.
    pub(crate) fn middle(&self, side: usize) -> Self {
        let margin = (self.side - side) / 2;
        let row = |y: usize| {
            let start = ((y + margin) * self.side + margin) * 3;
            &self.bytes[start..start + side * 3]
        };
        Self { side, bytes: (0..side).flat_map(row).copied().collect() }
    }

    /// How different two pictures are, as the mean difference of 64 by 64 cells: 0 is the same, 255 is
    /// black and white.
    pub(crate) fn difference(&self, other: &Self) -> f64 {
        const CELLS: usize = 64;
        let mut sum = 0.0;
        for row in 0..CELLS {
            for column in 0..CELLS {
                for channel in 0..3 {
                    sum += (self.cell(column, row, CELLS, channel) - other.cell(column, row, CELLS, channel))
                        .abs();
                }
            }
        }
        sum / f64::from(u32::try_from(CELLS * CELLS * 3).unwrap())
    }
}
