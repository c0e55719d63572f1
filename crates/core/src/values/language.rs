//! The language of a failed task's message.

use core::str::FromStr;

use crate::Error;

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

impl FromStr for Language {
    type Err = Error;

    /// Case and outer spaces do not matter; region tags such as `zh-CN` are not accepted by the API.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a code that is not in [`Language::CODES`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = text.trim();
        Self::CODES.into_iter().find(|code| code.eq_ignore_ascii_case(wanted)).map(Self).ok_or_else(|| {
            Error::invalid("language", format_args!("must be one of {}, got {text:?}", Self::CODES.join(" ")))
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
            assert_eq!(code.parse::<Language>().unwrap_err().field(), Some("language"), "{code:?}");
        }
    }
}
