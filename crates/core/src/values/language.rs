//! The language of a failed task's message.

use alloc::string::String;
use core::str::FromStr;

use super::checked::checked;
use crate::error::Invalid;

/// The language in which the API words the message of a failed task. It changes nothing else
/// (reference, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language(&'static str);

impl Language {
    /// The codes that the API lists.
    pub const CODES: [&'static str; 10] = ["en", "zh", "ja", "ko", "ru", "fr", "de", "id", "pt", "es"];

    /// The two-letter code.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

checked!(Language, String, |text: String| text.parse::<Language>());

impl FromStr for Language {
    type Err = Invalid;

    /// Case and outer spaces do not matter; region tags such as `zh-CN` are not accepted by the API.
    ///
    /// # Errors
    /// [`Invalid`] for a code that is not in [`Language::CODES`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wanted = text.trim();
        Self::CODES.into_iter().find(|code| code.eq_ignore_ascii_case(wanted)).map(Self).ok_or_else(|| {
            Invalid::new("language", format_args!("must be one of {}, got {text:?}", Self::CODES.join(" ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_codes_only() {
        assert_eq!(" ZH ".parse::<Language>().unwrap().as_str(), "zh");
        for code in ["zh-CN", "", "english"] {
            assert_eq!(code.parse::<Language>().unwrap_err().field(), "language", "{code:?}");
        }
    }
}
