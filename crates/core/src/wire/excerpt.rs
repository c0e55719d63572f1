//! A short, printable piece of something long and foreign.

use alloc::string::String;

/// At most this many characters of a foreign text are kept.
const MAX_CHARS: usize = 300;

/// The text on one line, without control characters, cut to a readable length.
pub(super) fn excerpt(text: &str) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if count > 0 {
            kept.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= MAX_CHARS {
                kept.push('…');
                return kept;
            }
            kept.push(c);
            count += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_escapes() {
        assert_eq!(excerpt("<html>\r\n  <b>502</b>\u{1b}[31m\u{0}</html>"), "<html> <b>502</b> [31m </html>");
        assert_eq!(excerpt(" \n"), "");
    }

    #[test]
    fn long_texts_are_cut() {
        let cut = excerpt(&"ж".repeat(1_000));
        assert_eq!(cut.chars().count(), MAX_CHARS + 1);
        assert!(cut.ends_with('…'));
    }
}
