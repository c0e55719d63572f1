//! Foreign text and spans of time, made fit for people.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

/// At most this many characters of a foreign text are shown.
const MAX_CHARS: usize = 300;

/// Text of a server as a person may see it: on one line, without control characters (C0, C1) and without those
/// that turn the direction of writing, and not too long. Whatever shows such a text on a terminal shows this.
///
/// ```
/// assert_eq!(zoomout_core::for_people("\u{1b}]0;title\u{7} 90\u{202e}% \n done"), "]0;title 90% done");
/// ```
pub fn for_people(text: &str) -> String {
    let mut kept = String::new();
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let mut chars = word.chars().filter(|c| !is_unseen(*c)).peekable();
        if count > 0 && chars.peek().is_some() {
            kept.push(' ');
            count += 1;
        }
        for c in chars {
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

/// A span of time in few characters, but never "0 s" for one that is longer.
pub(crate) fn span_for_people(span: Duration) -> String {
    // A tenth of a second is enough for people, where there is one.
    if span < Duration::from_millis(100) {
        return format!("{} ms", f64::from(span.subsec_nanos()) / 1e6);
    }
    let tenths = span.as_millis().div_ceil(100);
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        tenth => format!("{}.{tenth} s", tenths / 10),
    }
}

/// Without characters that nobody sees.
pub(crate) fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_unseen(*c)).collect()
}

/// Unicode's bidirectional controls (UAX #9, section 2), and spaces and joiners of no width.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_without_escapes() {
        assert_eq!(
            for_people("<html>\r\n  <b>502</b>\u{1b}[31m\u{0}</html>"),
            "<html> <b>502</b> [31m </html>"
        );
        assert_eq!(for_people(" \n"), "");
    }

    #[test]
    fn short_spans_are_told_truthfully() {
        let told = [(100, "0.1 ms"), (300, "0.3 ms"), (12_500, "12.5 ms"), (100_000, "0.1 s")];
        for (micros, text) in told.into_iter().chain([(1_500_000, "1.5 s"), (1_860_000_000, "1860 s")]) {
            assert_eq!(span_for_people(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let cut = for_people(&"ж".repeat(1_000));
        assert_eq!(cut.chars().count(), MAX_CHARS + 1);
        assert!(cut.ends_with('…'));
    }
}
