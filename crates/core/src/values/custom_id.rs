//! The id of a button under a Midjourney picture.

use alloc::string::String;

use super::text::text_value;
use crate::error::Invalid;

/// A button of the parent, as listed in `buttons[].customId` of the Midjourney query: 1 to 512
/// visible ASCII characters. It names the button directly and skips the tier rule (reference,
/// section 4.3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomId(String);

text_value!(CustomId);

impl CustomId {
    const MAX_LEN: usize = 512;

    fn check(text: &str) -> Result<(), Invalid> {
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(Invalid::new(
            "custom_id",
            format_args!("must be 1 to 512 visible ASCII characters, got {text:?}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii() {
        assert!(CustomId::new("MJ::Outpaint::75::1::0b6c::SOLO").is_ok());
        for id in ["", "a b", "a\u{7f}", "é", &"x".repeat(513)] {
            assert_eq!(CustomId::new(id).unwrap_err().field(), "custom_id", "{id:?}");
        }
    }
}
