//! The rows of a jobs file, whichever format it has.

use std::io::{self, BufRead};

use super::bad_lines::Problem;
use super::cell::Cells;
use super::csv::{Quoting, Table};
use super::format::Format;
use super::jsonl;
use super::lines::{LONGEST, Line, Lines};

/// The rows of a jobs file, one after the other. Empty lines are none.
#[derive(Debug)]
pub(super) struct Records<R> {
    lines: Lines<R>,
    format: Option<Format>,
    table: Option<Table>,
    record: Vec<u8>,
}

/// A row, or what is wrong with it.
pub(super) struct Record {
    /// The number of its first line.
    pub(super) line: u64,
    pub(super) cells: Result<Cells, Problem>,
    /// What is wrong is wrong with all that follows.
    pub(super) is_hopeless: bool,
}

impl<R: BufRead> Records<R> {
    /// The rows of `source`. Without a format its first line tells.
    pub(super) const fn new(source: R, format: Option<Format>) -> Self {
        Self { lines: Lines::new(source), format, table: None, record: Vec::new() }
    }

    /// The number of the line that was read last.
    pub(super) const fn line(&self) -> u64 {
        self.lines.number()
    }

    /// The next row, if there is one.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let Some((line, read)) = self.read()? else { return Ok(None) };
        if self.format == Some(Format::Csv) && self.table.is_none() {
            match read.and_then(|()| Table::new(&self.record)) {
                Ok(table) => self.table = Some(table),
                Err(problem) => return Ok(Some(Record { line, cells: Err(problem), is_hopeless: true })),
            }
            return self.next();
        }
        let cells = read.and_then(|()| match &mut self.table {
            Some(table) => table.cells(&self.record),
            None => jsonl::cells(&self.record),
        });
        Ok(Some(Record { line, cells, is_hopeless: false }))
    }

    /// Reads the bytes of the next record that is not empty, and tells the number of its first line.
    fn read(&mut self) -> io::Result<Option<(u64, Result<(), Problem>)>> {
        let mut read = Line::Whole;
        self.record.clear();
        while self.record.is_empty() && read == Line::Whole {
            read = self.lines.read(&mut self.record)?;
            if self.record.trim_ascii().is_empty() {
                self.record.clear();
            }
        }
        let line = self.lines.number();
        match read {
            Line::None => return Ok(None),
            Line::TooLong => return Ok(Some((line, Err(too_long(""))))),
            Line::Whole => {}
        }
        let format = *self.format.get_or_insert_with(|| Format::of_line(&self.record));
        let whole = if format == Format::Csv { self.close_quotes()? } else { Ok(()) };
        Ok(Some((line, whole)))
    }

    /// Reads on until all quotes are closed.
    fn close_quotes(&mut self) -> io::Result<Result<(), Problem>> {
        let mut quoting = Quoting::default().after(&self.record);
        while quoting == Quoting::Open {
            let seen = self.record.len();
            self.record.push(b'\n');
            match self.lines.read(&mut self.record)? {
                Line::Whole => quoting = quoting.after(self.record.get(seen..).unwrap_or_default()),
                Line::TooLong => return Ok(Err(too_long(": is a quote never closed?"))),
                Line::None => return Ok(Err(Problem::of_line("has a quote that is never closed"))),
            }
        }
        Ok(Ok(()))
    }
}

fn too_long(hint: &str) -> Problem {
    Problem::of_line(format_args!("is longer than {LONGEST} bytes{hint}"))
}
