//! The lines of a file, each with its number, and none longer than memory has room for.

use std::io::{self, BufRead, Read};

/// No longer line, and no longer row of CSV, is read.
pub(super) const LONGEST: usize = 1 << 20;

/// The lines of a file, each with its number.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: R,
    number: u64,
}

/// What was read of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it.
    Whole,
    /// Its beginning: the rest was too long.
    TooLong,
    /// There is no other line.
    None,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, number: 0 }
    }

    /// The number of the line that was read last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Appends the next line to `text`, without its end.
    pub(super) fn read(&mut self, text: &mut Vec<u8>) -> io::Result<Line> {
        let (start, room) = (text.len(), LONGEST.saturating_sub(text.len()));
        let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
        if self.source.by_ref().take(limit).read_until(b'\n', text)? == 0 {
            return Ok(Line::None);
        }
        self.number += 1;
        if text.last() == Some(&b'\n') {
            text.pop();
        } else if text.len() - start > room {
            self.source.skip_until(b'\n')?;
            return Ok(Line::TooLong);
        }
        if text.len() > start && text.last() == Some(&b'\r') {
            text.pop();
        }
        // Excel begins its files so.
        if self.number == 1 && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        Ok(Line::Whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_end() {
        let mut lines = Lines::new(&b"\xef\xbb\xbfa\r\n\nb\r\r\n\xef\xbb\xbfc"[..]);
        let mut read = Vec::new();
        let mut text = Vec::new();
        while lines.read(&mut text).unwrap() == Line::Whole {
            read.push((lines.number(), std::mem::take(&mut text)));
        }
        let expected: [&[u8]; 4] = [b"a", b"", b"b\r", b"\xef\xbb\xbfc"];
        assert_eq!(read, [1, 2, 3, 4].into_iter().zip(expected.map(<[u8]>::to_vec)).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        for (length, is_too_long) in
            [(LONGEST - 1, false), (LONGEST, false), (LONGEST + 1, true), (LONGEST * 3, true)]
        {
            let source = [vec![b'x'; length], b"\nnext".to_vec()].concat();
            let mut lines = Lines::new(&source[..]);
            let mut text = Vec::new();
            assert_eq!(lines.read(&mut text).unwrap() == Line::TooLong, is_too_long, "{length}");
            text.clear();
            assert_eq!(lines.read(&mut text).unwrap(), Line::Whole);
            assert_eq!((text.as_slice(), lines.number()), (&b"next"[..], 2));
        }
    }
}
