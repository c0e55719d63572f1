//! Which tile of a picture.

use core::fmt;

use super::checked::checked;
use crate::error::Invalid;

/// A tile of the parent, 1 to 4 (reference, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Index(u8);

impl Index {
    /// Takes a number from 1 to 4.
    ///
    /// # Errors
    /// [`Invalid`] for any other number. Nothing was sent.
    pub fn new(index: i64) -> Result<Self, Invalid> {
        match u8::try_from(index) {
            Ok(tile @ 1..=4) => Ok(Self(tile)),
            _ => Err(Invalid::new("index", format_args!("must be 1, 2, 3 or 4, got {index}"))),
        }
    }

    /// The number, 1 to 4.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

checked!(Index, i64, Index::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_four() {
        assert_eq!([1, 2, 3, 4].map(|index| Index::new(index).unwrap().get()), [1, 2, 3, 4]);
        for index in [0, 5, -1, 257, i64::MIN, i64::MAX] {
            assert_eq!(Index::new(index).unwrap_err().field(), "index", "{index}");
        }
    }
}
