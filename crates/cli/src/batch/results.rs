//! What became of the rows so far: printed, and written beside the pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zoomout::{Error, ErrorKind, TaskId};
use zoomout_batch::{REPORT, RESULTS, Report, ReportRow, RowState, Usd};

use super::run::RowEnd;
use crate::fit;
use crate::output::Output;

/// What became of the rows so far.
pub(crate) struct Results<'a> {
    output: &'a Output,
    in_order: bool,
    by_line: BTreeMap<u64, RowEnd>,
}

impl<'a> Results<'a> {
    pub(crate) const fn new(output: &'a Output, in_order: bool) -> Self {
        Self { output, in_order, by_line: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, end: RowEnd) {
        if self.output.json && !self.in_order {
            self.output.result(|| json!(end.result), String::new);
        }
        self.by_line.insert(end.result.line, end);
    }

    /// Prints what waited for its turn.
    pub(crate) fn end(&self) {
        if self.output.json && self.in_order {
            for end in self.by_line.values() {
                self.output.result(|| json!(end.result), String::new);
            }
        }
    }

    /// What the API reported, and what the plan said of the same rows.
    pub(crate) fn cost(&self) -> (Usd, Usd) {
        // Rows that are one job have one task.
        let results = self.by_line.values().map(|end| &end.result);
        let paid = results.filter(|result| result.state == RowState::Done);
        let tasks: BTreeMap<_, _> = paid.map(|result| (&result.task_id, result)).collect();
        let planned = tasks.values().filter_map(|result| result.planned_cost).sum();
        (tasks.values().filter_map(|result| result.cost).sum(), planned)
    }

    /// The pictures that those with pictures were made of.
    pub(crate) fn parents(&self) -> BTreeSet<TaskId> {
        let done = self.by_line.values().filter(|end| end.result.state == RowState::Done);
        done.filter_map(|end| end.result.parent.clone()).collect()
    }

    /// Writes them down in the order of the file.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(RESULTS);
        let write = || -> io::Result<()> {
            let mut file = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
            for end in self.by_line.values() {
                serde_json::to_writer(&mut file, &end.result)?;
                file.write_all(b"\n")?;
            }
            let beside = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            beside.persist(&path).map(drop).map_err(|error| error.error)
        };
        write().map_err(|error| not_written(&path, &error))
    }

    /// Writes the report for people.
    pub(crate) fn report(
        &self,
        folder: &Path,
        report: &Report,
        parents: &BTreeMap<TaskId, PathBuf>,
    ) -> Result<(), Error> {
        let row = |end: &RowEnd| {
            let result = end.result.clone();
            let picture = result.parent.as_ref().and_then(|parent| parents.get(parent));
            let next = result.error.as_ref().and_then(|error| error.get("next_step")).and_then(Value::as_str);
            ReportRow {
                parent_picture: picture.map(|place| place.to_string_lossy().into_owned()),
                pictures: result.paths.clone(),
                links: end.links.clone(),
                next_step: next.map(str::to_owned),
                result,
            }
        };
        let path = folder.join(REPORT);
        report.write(&path, self.by_line.values().map(row)).map_err(|error| not_written(&path, &error))
    }
}

pub(crate) fn not_written(path: &Path, error: &io::Error) -> Error {
    let message = format!("{} could not be written", fit::exact(path.display()));
    Error::unsent(ErrorKind::Storage, message).caused_by(error)
}
