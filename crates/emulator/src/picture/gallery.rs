//! Painted pictures, kept for the next who asks.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;

use super::Picture;

/// How many files are kept: a demonstration needs a handful, a load test must not fill the memory.
const KEPT: usize = 32;

/// The pictures that were asked for last, as PNG files of one size.
///
/// Painting happens outside the lock: two who ask for the same picture at once may both paint it, and get
/// the same pixels.
#[derive(Debug)]
pub(crate) struct Gallery {
    side: u32,
    files: Mutex<VecDeque<(Picture, Bytes)>>,
}

impl Gallery {
    /// A gallery whose pictures are `side` by `side` pixels.
    pub(crate) fn new(side: u32) -> Self {
        Self { side, files: Mutex::default() }
    }

    /// The PNG file of a picture.
    pub(crate) fn file(&self, picture: &Picture) -> Result<Bytes, png::EncodingError> {
        if let Some((_, file)) = self.lock().iter().find(|(kept, _)| kept == picture) {
            return Ok(file.clone());
        }
        let file = Bytes::from(picture.png(self.side)?);
        let mut files = self.lock();
        files.truncate(KEPT.saturating_sub(1));
        files.push_front((picture.clone(), file.clone()));
        Ok(file)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(Picture, Bytes)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &Bytes, b: &Bytes) -> bool {
        a.as_ptr() == b.as_ptr()
    }

    #[test]
    fn a_picture_is_painted_once_and_the_oldest_goes() {
        let gallery = Gallery::new(2);
        let first = gallery.file(&Picture::Landscape { seed: 0 }).unwrap();
        assert!(same(&first, &gallery.file(&Picture::Landscape { seed: 0 }).unwrap()));
        for seed in 1..=40 {
            gallery.file(&Picture::Landscape { seed }).unwrap();
        }
        assert_eq!(gallery.lock().len(), KEPT);
        assert!(!same(&first, &gallery.file(&Picture::Landscape { seed: 0 }).unwrap()));
    }
}
