//! The page itself: a fixed frame, and data that nothing in it can leave.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("report.css");
const BODY: &str = include_str!("report.html");
const SCRIPT: &str = include_str!("report.js");

/// A page that is being written.
pub(super) struct Page<W> {
    to: W,
    is_empty: bool,
}

impl<W: Write> Page<W> {
    pub(super) fn begin(mut to: W) -> io::Result<Self> {
        let policy = policy();
        write!(
            to,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>zoomout: report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{BODY}\
             <script type=\"application/json\" id=\"rows\">["
        )?;
        Ok(Self { to, is_empty: true })
    }

    pub(super) fn row(&mut self, row: &impl Serialize) -> io::Result<()> {
        let comma = if self.is_empty { "" } else { "," };
        self.is_empty = false;
        write!(self.to, "{comma}\n{}", inert(row)?)
    }

    pub(super) fn end(mut self, report: &impl Serialize, totals: &impl Serialize) -> io::Result<W> {
        write!(
            self.to,
            "\n]</script>\n<script type=\"application/json\" id=\"report\">{}</script>\n\
             <script type=\"application/json\" id=\"totals\">{}</script>\n\
             <script>{SCRIPT}</script>\n</body>\n</html>\n",
            inert(report)?,
            inert(totals)?
        )?;
        Ok(self.to)
    }
}

/// Our own style and script by their hashes, pictures from beside the page, and nothing else from anywhere.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src 'self' file:; \
         base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// JSON that HTML takes for nothing but text: neither a tag nor a comment nor an entity can begin or end in it.
fn inert(value: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string(value)?;
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // Outside of strings there are none, and inside them any character may be escaped so.
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_reads_back_and_holds_no_markup() {
        let hostile = "</script><!--<script>&lt;\u{2028}\u{2029}\u{202e}\"\\";
        let text = inert(&hostile).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }

    /// What is written into the page as it is must not end the element it stands in.
    #[test]
    fn our_own_parts_stay_in_their_places() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        for asks_somebody in ["http:", "https:", "@import", "url("] {
            assert!(!STYLE.contains(asks_somebody) && !BODY.contains(asks_somebody), "{asks_somebody}");
        }
        for runs_text in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
        {
            assert!(!SCRIPT.contains(runs_text), "{runs_text}");
        }
    }
}
