//! The value of the `Idempotency-Key` header.

use alloc::format;
use alloc::string::String;

use super::text::text_value;
use crate::Error;

/// One submission's name for itself: 1 to 191 visible ASCII characters, the same on every attempt.
///
/// The API documents this header for sibling endpoints only (reference, section 12.1 and 14.6), so no
/// rule of this crate relies on it: it is a second belt, never the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

text_value!(IdempotencyKey);

impl IdempotencyKey {
    const MAX_LEN: usize = 191;

    /// The key of the job with this seed.
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(format!("zoomout-{seed:016x}"))
    }

    fn check(text: &str) -> Result<(), Error> {
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(Error::invalid(
            "idempotency_key",
            format_args!("must be 1 to 191 visible ASCII characters, got {text:?}"),
        ))
    }
}
