//! What others say, made fit for a terminal and for JSON: a server must not move the cursor, turn the
//! direction of writing, or add lines of its own to a report.

use std::fmt::{Display, Write};

use serde_json::Value;
use zoomout::for_people;

/// No id and no link that a user has to copy is longer.
const MAX_EXACT: usize = 4_096;

/// Words of a server: on one line, and not too many.
pub(crate) fn words(text: impl Display) -> String {
    for_people(&text.to_string())
}

/// What a user may have to copy, such as an id or a link: on one line, and otherwise as it is.
pub(crate) fn exact(text: impl Display) -> String {
    let text = text.to_string();
    let mut harmless = text.chars().filter(|c| is_harmless(*c));
    let mut kept: String = harmless.by_ref().take(MAX_EXACT).collect();
    if harmless.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Whatever is printed, line by line: the last gate.
pub(crate) fn lines(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || is_harmless(*c)).collect()
}

/// As JSON that is harmless even where it is shown as it is, and reads back the same.
pub(crate) fn json(value: &Value) -> String {
    let text = value.to_string();
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) {
            kept.push(c);
        } else {
            // Outside of strings there are none, and inside them any character may be escaped so.
            let _ = write!(kept, "\\u{:04x}", u32::from(c));
        }
    }
    kept
}

/// Neither a control character nor one that turns the direction of writing. Which these are, the core says.
fn is_harmless(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !c.is_control() && (c.is_whitespace() || !for_people(c.encode_utf8(&mut [0; 4])).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOSTILE: &str = "\u{1b}]0;x\u{7}a\u{9b}2J\u{202e}b\u{2066}\n\u{7f}ж";

    #[test]
    fn nothing_that_moves_or_turns_gets_through() {
        assert_eq!(exact(HOSTILE), "]0;xa2Jbж");
        assert_eq!(lines(HOSTILE), "]0;xa2Jb\nж");
        assert_eq!(words(HOSTILE), "]0;x a 2Jb ж");
    }

    #[test]
    fn a_link_is_not_shortened_but_bounded() {
        let link = format!("https://example/{}", "x".repeat(3_000));
        assert_eq!(exact(&link), link);
        assert_eq!(exact("x".repeat(1 << 20)).chars().count(), MAX_EXACT + 1);
    }

    #[test]
    fn json_reads_back_the_same() {
        let value = json!({ HOSTILE: HOSTILE, "a": ["\\u202e", "é\u{85}"] });
        let text = json(&value);
        assert!(text.chars().all(is_harmless), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
