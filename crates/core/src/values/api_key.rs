//! The secret that pays.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use http::HeaderValue;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::error::Invalid;

/// The API key: visible ASCII characters, never shown, wiped from memory on drop.
///
/// ```
/// use zoomout_core::ApiKey;
///
/// let key = ApiKey::new("sk-secret")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(…)");
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKey(Arc<Zeroizing<String>>);

impl ApiKey {
    /// Takes the key; white space around it (the newline at the end of a key file) is dropped.
    ///
    /// # Errors
    /// [`Invalid`] if nothing is left or a character cannot
    /// stand in a header. The message does not repeat the key.
    pub fn new(key: impl Into<String>) -> Result<Self, Invalid> {
        let key = Zeroizing::new(key.into());
        let trimmed = key.trim();
        if trimmed.is_empty() {
            return Err(Invalid::new("api_key", format_args!("is empty")));
        }
        if !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Invalid::new("api_key", format_args!("has a character that is not visible ASCII")));
        }
        Ok(Self(Arc::new(Zeroizing::new(String::from(trimmed)))))
    }

    /// The value of the `Authorization` header, marked as sensitive (RFC 6750, section 2.1).
    pub(crate) fn bearer(&self) -> HeaderValue {
        let mut text = format!("Bearer {}", self.0.as_str());
        let value = HeaderValue::from_str(&text);
        text.zeroize();
        // Visible ASCII is always a header value; an empty one would be answered with a 401.
        let mut value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// What tells this key from others, and is of no use without it. With another salt it is another one.
    pub(crate) fn fingerprint(&self, salt: &[u8]) -> String {
        let hash = Sha256::new().chain_update(salt).chain_update(self.0.as_bytes()).finalize();
        hash.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// Overwrites every occurrence of the key in bytes that a person will read, so that a server that echoes
    /// the key cannot bring it into an error message or a log. An echo in JSON may be escaped (RFC 8259,
    /// section 7): many encoders write a slash as `\/`, and some signs as `\u002b`.
    ///
    /// Data is not for this: where a key is short, an id or a link may hold its letters by chance. For the
    /// same reason a key of fewer than six characters, which some gateways give out, is overwritten only
    /// where it stands as a word of its own.
    pub fn redact(&self, bytes: &mut [u8]) {
        let mut at = 0;
        let mut after_word = false;
        while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
            let echo = self.echo_at(rest).filter(|length| {
                self.is_long() || !(after_word || rest.get(*length).is_some_and(u8::is_ascii_alphanumeric))
            });
            let done = rest.get_mut(..echo.unwrap_or(1)).unwrap_or_default();
            after_word = done.last().is_some_and(u8::is_ascii_alphanumeric);
            at += done.len();
            if echo.is_some() {
                done.fill(b'*');
            }
        }
    }

    /// The same for text.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let mut bytes = Vec::from(text);
        self.redact(&mut bytes);
        // The key is ASCII, so what was cut out was whole characters.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// At most so many bytes does an echo take: each sign as `\u0000`.
    pub(crate) fn longest_echo(&self) -> usize {
        self.0.len() * 6
    }

    /// Whether nothing but an echo looks like it.
    fn is_long(&self) -> bool {
        self.0.len() >= 6
    }

    /// How many bytes the key takes at the beginning of `bytes`, if it stands there.
    fn echo_at(&self, bytes: &[u8]) -> Option<usize> {
        let mut rest = bytes;
        for sign in self.0.bytes() {
            rest = after_sign(rest, sign)?;
        }
        Some(bytes.len() - rest.len())
    }
}

/// What follows a sign, which stands there as it is or escaped.
fn after_sign(bytes: &[u8], sign: u8) -> Option<&[u8]> {
    match bytes {
        [b'\\', second, rest @ ..] if *second == sign => Some(rest),
        [first, rest @ ..] if *first == sign => Some(rest),
        [b'\\', b'u', b'0', b'0', high, low, rest @ ..]
            if hex(*high)? * 16 + hex(*low)? == u32::from(sign) =>
        {
            Some(rest)
        }
        _ => None,
    }
}

fn hex(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_key_stays_hidden() {
        let key = ApiKey::new("  sk-MARK\n").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
        assert_eq!(format!("{:?}", key.bearer()), "Sensitive");
        assert_eq!(key.bearer().as_bytes(), b"Bearer sk-MARK");
    }

    #[test]
    fn a_bad_key_is_refused_without_being_repeated() {
        for bad in ["", " \n", "sk-MARK two", "sk-MARKé", "sk-MARK\u{0}"] {
            let error = ApiKey::new(bad).unwrap_err();
            assert_eq!(error.field(), "api_key");
            assert!(!error.to_string().contains("MARK") && !format!("{error:?}").contains("MARK"));
        }
    }

    #[test]
    fn echoes_are_overwritten() {
        let key = ApiKey::new("sk-12345").unwrap();
        let mut body = *b"sk-12345sk-12345, sk-2, sk-12345";
        key.redact(&mut body);
        assert_eq!(&body, b"****************, sk-2, ********");
        key.redact(&mut []);
    }

    #[test]
    fn a_short_key_is_no_reason_to_destroy_words() {
        let redacted = |key: &str, text: &str| ApiKey::new(key).unwrap().redacted(text);
        assert_eq!(redacted("sk-", "task-unified-1, sk-, sk-1"), "task-unified-1, ***, sk-1");
        assert_eq!(redacted("test", "the test of testing: test"), "the **** of testing: ****");
        assert_eq!(redacted("1", "wait 10 s, key 1"), "wait 10 s, key *");
        assert_eq!(redacted("sk-long-enough", "ask-long-enoughé"), "a**************é");
    }

    #[test]
    fn escaped_echoes_are_overwritten() {
        for (key, echo) in [
            ("sk-a/b+c", r"sk-a\/b\u002Bc"),
            ("sk-a/b+c", r"\u0073k\u002da/b\u002bc"),
            (r"sk-\x", r"sk-\\x"),
            (r"sk-\x", r"sk-\x"),
            ("sk-\"", r#"sk-\""#),
        ] {
            let mut body = format!("<{echo}>").into_bytes();
            ApiKey::new(key).unwrap().redact(&mut body);
            let stars = "*".repeat(echo.len());
            assert_eq!(core::str::from_utf8(&body).unwrap(), format!("<{stars}>"), "{key}");
        }
        let mut other = *br"sk-\u00zz sk-\u0130";
        ApiKey::new("sk-0").unwrap().redact(&mut other);
        assert_eq!(&other, br"sk-\u00zz sk-\u0130");
    }
}
