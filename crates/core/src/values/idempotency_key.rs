//! The value of the `Idempotency-Key` header.

use alloc::format;
use alloc::string::String;

use super::text::text_value;
use crate::error::Invalid;

/// One submission's name for itself: 1 to 191 visible ASCII characters, the same on every attempt.
///
/// The API documents this header for sibling endpoints only (reference, section 12.1 and 14.6), so no
/// rule of this crate relies on it: it is a second belt, never the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

text_value!(IdempotencyKey);

impl IdempotencyKey {
    const MAX_LEN: usize = 191;

    /// The key made of these 128 bits. They must come from the operating system: a generator that a program
    /// may seed, or that a fork copies, gives two submissions the same name.
    ///
    /// ```
    /// let key = zoomout_core::IdempotencyKey::from_bits(7);
    /// assert_eq!(key.as_str(), "zoomout-00000000000000000000000000000007");
    /// ```
    pub fn from_bits(bits: u128) -> Self {
        Self(format!("zoomout-{bits:032x}"))
    }

    fn check(text: &str) -> Result<(), Invalid> {
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(Invalid::new(
            "idempotency_key",
            format_args!("must be 1 to 191 visible ASCII characters, got {text:?}"),
        ))
    }
}
