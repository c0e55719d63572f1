//! A jobs file: checked as a whole, then read row by row.

mod bad_lines;
mod cell;
mod csv;
mod format;
mod jsonl;
mod keys;
mod lines;
mod outputs;
mod records;
mod row;

use std::fmt;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::batch_name::BatchName;
use crate::tally::{Standing, Tally};
use keys::{Keyed, Keys};
use outputs::Outputs;
use records::{Record, Records};
use row::{Asked, Kept};

pub use bad_lines::{BadLine, BadLines};
pub use format::Format;
pub use row::Row;

/// So many bytes of rows are kept in memory; more go to a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// The rows of a jobs file, all of them checked.
///
/// A row is a job. Its columns (CSV) or members (JSONL) are the API's own names for the fields of an action:
/// `task_id`, `zoom_ratio` or `custom_id`, `index`, `speed`, `metadata` (a JSON object); and besides
///
/// - `action`: `zoom`, if there is none, or `upscale`;
/// - `extra`: a JSON object with fields that this version has no name for;
/// - `key`: the row's own name in the ledger; without one its request gives it one;
/// - `output`: an [`OutputName`](crate::OutputName).
///
/// Whatever else is there is refused. An empty cell and a `null` are absent. Two rows with one key are one job, paid
/// once and handed to both, if they ask for the same; otherwise the second is refused. Two rows without keys are two
/// jobs, whatever they ask for.
///
/// The rows are kept in their canonical form, aside from the file: what was checked is what runs, even if the file
/// is written anew meanwhile, and a source that cannot be rewound is read once.
///
/// ```
/// use zoomout_batch::{BatchName, Jobs};
///
/// let file = "task_id,zoom_ratio,output\ntask_1,1.5,alps.png\ntask_2,,\n";
/// let mut jobs = Jobs::check(file.as_bytes(), None, &BatchName::new("alps")?).unwrap();
/// for row in jobs.rows()? {
///     let row = row?;
///     println!("{}: {:?} under {:?}", row.line, row.order.action, row.order.key);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Jobs {
    kept: SpooledTempFile,
    tally: Tally,
}

/// Why a jobs file cannot be run. Nothing was sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum JobsError {
    /// Lines are wrong.
    Bad(BadLines),
    /// The file could not be read on.
    Unreadable {
        /// The last line that could.
        line: u64,
        /// Why not.
        cause: io::Error,
    },
    /// The rows could not be kept in the folder for temporary files.
    NotKept(io::Error),
}

impl Jobs {
    /// Checks every row of `source`. Without a format its first line tells.
    ///
    /// # Errors
    /// [`JobsError::Bad`] names every bad line; the others tell which disk failed.
    pub fn check(source: impl Read, format: Option<Format>, name: &BatchName) -> Result<Self, JobsError> {
        let mut records = Records::new(BufReader::new(source), format);
        let mut kept = BufWriter::new(SpooledTempFile::new(IN_MEMORY));
        let (mut keys, mut outputs) = (Keys::new(name), Outputs::default());
        let (mut tally, mut bad) = (Tally::default(), BadLines::default());
        loop {
            let next =
                records.next().map_err(|cause| JobsError::Unreadable { line: records.line(), cause })?;
            let Some(Record { line, cells, is_hopeless }) = next else { break };
            let row = cells.and_then(|cells| {
                let asked = Asked::of(cells)?;
                let Keyed { key, repeats } = keys.key(line, &asked.order)?;
                asked.output.as_ref().map_or(Ok(()), |output| outputs.take(line, output))?;
                Ok(Kept::new(line, key, asked, repeats))
            });
            match row {
                Ok(row) if bad.count == 0 => {
                    let standing = if row.is_repeated() { Standing::Repeated } else { Standing::ToSubmit };
                    tally.add(row.action(), standing);
                    keep(&mut kept, &row).map_err(JobsError::NotKept)?;
                }
                // Nothing will run.
                Ok(_) => {}
                Err(problem) => bad.push(line, problem),
            }
            if is_hopeless {
                break;
            }
        }
        if bad.count > 0 {
            return Err(JobsError::Bad(bad));
        }
        let kept = kept.into_inner().map_err(|error| JobsError::NotKept(error.into_error()))?;
        Ok(Self { kept, tally })
    }

    /// How many rows of which price there are, none of them paid for yet.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The rows, from the first one on, in the order of the file.
    ///
    /// # Errors
    /// Those of the disk that keeps them.
    pub fn rows(&mut self) -> io::Result<Rows<'_>> {
        self.kept.rewind()?;
        Ok(Rows { kept: BufReader::new(&mut self.kept), text: String::new() })
    }
}

fn keep(kept: &mut impl Write, row: &Kept) -> io::Result<()> {
    serde_json::to_writer(&mut *kept, row)?;
    kept.write_all(b"\n")
}

/// The rows of a jobs file, one after the other.
#[derive(Debug)]
pub struct Rows<'a> {
    kept: BufReader<&'a mut SpooledTempFile>,
    text: String,
}

impl Iterator for Rows<'_> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        self.text.clear();
        match self.kept.read_line(&mut self.text) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&self.text).map(Kept::row).map_err(Into::into)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl fmt::Display for JobsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(lines) => lines.fmt(f),
            Self::Unreadable { line, .. } => {
                write!(f, "the jobs cannot be read after line {line}; nothing was sent")
            }
            Self::NotKept(_) => {
                f.write_str("the jobs cannot be kept in the folder for temporary files; nothing was sent")
            }
        }
    }
}

impl std::error::Error for JobsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bad(_) => None,
            Self::Unreadable { cause, .. } | Self::NotKept(cause) => Some(cause),
        }
    }
}
