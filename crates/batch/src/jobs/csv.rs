//! A row as a record of CSV.

use std::str;

use csv_core::{ReadRecordResult, Reader};

use super::bad_lines::Problem;
use super::cell::{Cell, Cells, is_known, unknown};

/// Whether the quotes of a record are closed, so that it ends with its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quoting {
    /// A cell begins here.
    #[default]
    Start,
    /// In a cell without quotes, or behind one with quotes.
    Plain,
    /// In a cell with quotes.
    Open,
    /// At a quote that closes a cell, or stands for itself if another one follows.
    AtQuote,
}

impl Quoting {
    pub(super) fn after(self, text: &[u8]) -> Self {
        text.iter().fold(self, |quoting, byte| match (quoting, byte) {
            (Self::Open, b'"') => Self::AtQuote,
            (Self::Open, _) | (Self::Start | Self::AtQuote, b'"') => Self::Open,
            (_, b',' | b'\n') => Self::Start,
            _ => Self::Plain,
        })
    }
}

/// The columns of a table, and what is needed to read its rows.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<String>,
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Table {
    /// The table that begins with this record.
    pub(super) fn new(header: &[u8]) -> Result<Self, Problem> {
        let mut table =
            Self { columns: Vec::new(), reader: Reader::new(), text: Vec::new(), ends: Vec::new() };
        let columns: Vec<String> = table.split(header)?.into_iter().map(str::to_owned).collect();
        for (number, column) in columns.iter().enumerate() {
            if column.is_empty() {
                return Err(Problem::of_line(format_args!("column {} has no name", number + 1)));
            }
            if !is_known(column) {
                return Err(unknown(column));
            }
            if columns.iter().take(number).any(|other| other == column) {
                return Err(Problem::with(column, "is there twice"));
            }
        }
        table.columns = columns;
        Ok(table)
    }

    /// What a record gives. An empty cell is absent.
    pub(super) fn cells(&mut self, record: &[u8]) -> Result<Cells, Problem> {
        let columns = self.columns.clone();
        let cells = self.split(record)?;
        if cells.len() != columns.len() {
            let problem =
                format_args!("must have {} cells as the first line, got {}", columns.len(), cells.len());
            return Err(Problem::of_line(problem));
        }
        let given = columns.into_iter().zip(cells).filter(|(_, text)| !text.is_empty());
        Ok(given.map(|(column, text)| (column, Cell::Text(text.to_owned()))).collect())
    }

    /// The cells of a record, without blanks around them.
    fn split(&mut self, record: &[u8]) -> Result<Vec<&str>, Problem> {
        self.reader.reset();
        self.text.resize(record.len(), 0);
        self.ends.resize(record.len() + 1, 0);
        let (mut rest, mut written, mut count) = (record, 0, 0);
        // The record ends where there is nothing more to read.
        loop {
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, more, ended) = self.reader.read_record(rest, text, ends);
            rest = rest.get(read..).unwrap_or_default();
            written += more;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(Problem::of_line("is no record of CSV"));
                }
            }
        }
        let mut start = 0;
        let cells = self.ends.iter().take(count).map(|end| {
            let cell = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            str::from_utf8(cell).map(str::trim)
        });
        cells.collect::<Result<_, _>>().map_err(|_| Problem::of_line("is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(record: &str) -> Vec<String> {
        let mut table = Table::new(b"task_id").unwrap();
        table.split(record.as_bytes()).unwrap().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn cells_of_every_kind() {
        assert_eq!(split("a,b"), ["a", "b"]);
        assert_eq!(split(" a , b "), ["a", "b"]);
        assert_eq!(split(",,"), ["", "", ""]);
        assert_eq!(split(r#""a,b","{""x"":1}",""#), ["a,b", r#"{"x":1}"#, ""]);
        assert_eq!(
            split(
                r#"{"x":1},"two
lines""#
            ),
            [r#"{"x":1}"#, "two\nlines"]
        );
    }

    #[test]
    fn a_record_ends_where_its_quotes_are_closed() {
        for whole in ["", "a,b", r#""a",b"#, r#""a""b""#, r#"5" tall"#, r#"a,"b"x"#, r#"{"a":1}"#] {
            assert_ne!(Quoting::default().after(whole.as_bytes()), Quoting::Open, "{whole}");
        }
        for open in [r#""a"#, r#"a,"b,c"#, r#""a"""#] {
            assert_eq!(Quoting::default().after(open.as_bytes()), Quoting::Open, "{open}");
        }
    }
}
