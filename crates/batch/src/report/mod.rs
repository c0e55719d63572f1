//! `report.html`: what became of a batch, for people.

mod page;
mod totals;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::row_result::RowResult;
use page::Page;
use totals::Totals;

/// A page with more rows is more than a browser shows in comfort; the results in JSON have all of them.
const MOST_ROWS: u64 = 50_000;

/// What stands above the rows of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the batch is called.
    pub name: String,
    /// When the report was made, in words.
    pub made: String,
    /// What there is to say of the batch as a whole, such as how to go on with it.
    pub note: Option<String>,
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportRow {
    /// What became of it.
    #[serde(flatten)]
    pub result: RowResult,
    /// The picture that was zoomed, as a path relative to the report and beneath its folder.
    pub parent_picture: Option<String>,
    /// Its pictures that are on disk, as paths relative to the report and beneath its folder.
    pub pictures: Vec<String>,
    /// Where the API shows its pictures, as long as it does.
    pub links: Vec<String>,
    /// What to do about its error.
    pub next_step: Option<String>,
}

impl Report {
    /// Writes the page beside `path` and renames it: a reader sees the old one or the new one, each of them whole.
    ///
    /// The page needs nothing but the pictures beside it, asks nobody for anything, and runs no code but its own,
    /// whatever the texts of servers and users hold. Rows beyond the fifty-thousandth are counted and not shown.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, path: &Path, rows: impl IntoIterator<Item = ReportRow>) -> io::Result<()> {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let file = new_file(folder)?;
        let mut page = Page::begin(BufWriter::new(file))?;
        let mut totals = Totals::default();
        for row in rows {
            totals.add(&row.result);
            if totals.rows <= MOST_ROWS {
                page.row(&row)?;
            }
        }
        let mut file = page.end(self, &totals)?.into_inner()?;
        file.flush()?;
        file.persist(path)?;
        Ok(())
    }
}

/// A file that is gone again unless it gets a name, with the rights that any new file gets.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zoomout-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
