//! Where a picture goes: names come from us, never from a link.

use std::fs;
use std::io::{self, ErrorKind as IoErrorKind};
use std::path::{Path, PathBuf};

use zoomout_core::{Error, ErrorKind, TaskId};

use crate::place::{Place, new_file};

/// A name of ours is cut here: with a number and an ending, it is one for every file system.
const LONGEST_STEM: usize = 200;

/// Where a picture goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Exactly this file.
    File(PathBuf),
    /// A file of our naming in this folder; what the picture turns out to be decides its ending.
    InFolder { folder: PathBuf, stem: String },
}

impl Target {
    /// The place of picture `number` (from 1) of `count`.
    pub(crate) fn of(task_id: &TaskId, path: &Path, number: usize, count: usize) -> Self {
        let suffix = if count > 1 { format!("-{number}") } else { String::new() };
        if is_folder(path) {
            return Self::InFolder { folder: path.to_owned(), stem: stem(task_id) + &suffix };
        }
        // Into a pipe they all go.
        if suffix.is_empty() || Place::is_stream(path) {
            return Self::File(path.to_owned());
        }
        Self::File(numbered(path, &suffix))
    }

    pub(crate) fn file(&self, kind: infer::Type) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::InFolder { folder, stem } => folder.join(format!("{stem}.{}", kind.extension())),
        }
    }
}

/// A name of letters, digits, `-`, `_` and `.`, whatever the server calls its task.
fn stem(task_id: &TaskId) -> String {
    let safe = |(place, byte): (usize, u8)| match char::from(byte) {
        plain @ ('0'..='9' | 'A'..='Z' | 'a'..='z' | '-' | '_') => plain.to_string(),
        '.' if place > 0 => ".".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    let mut stem: String = task_id.as_str().bytes().enumerate().map(safe).collect();
    stem.truncate(LONGEST_STEM);
    stem
}

fn numbered(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(suffix);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|end| matches!(end, b'/' | b'\\'))
}

/// Checks that pictures could be written to `path`, so that a typing error shows before money is spent. A folder
/// named with a slash at its end is made; a pipe, a device or a socket is not touched.
///
/// # Errors
/// [`ErrorKind::Invalid`] for a path that no file can have, [`ErrorKind::Storage`] for one that none can be written
/// to; nothing was charged.
pub fn check_target(path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    check(path).map_err(|error| match error.kind() {
        IoErrorKind::InvalidFilename | IoErrorKind::InvalidInput => {
            Error::invalid("path", "cannot be the name of a file").caused_by(&error)
        }
        _ => {
            let message = format!("a picture could not be written to {}", path.display());
            Error::unsent(ErrorKind::Storage, message).caused_by(&error)
        }
    })
}

fn check(path: &Path) -> io::Result<()> {
    if is_folder(path) {
        fs::create_dir_all(path)?;
        return new_file(path, None).map(drop);
    }
    Place::of(path)?.check()?;
    // The names of several are longer.
    if !Place::is_stream(path) {
        Place::of(&numbered(path, "-4"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_cannot_lead_out_of_the_folder() {
        let name = |id: &str| TaskId::new(id).map(|id| stem(&id)).ok();
        assert_eq!(name("task_01KQ-x.y").as_deref(), Some("task_01KQ-x.y"));
        for id in ["../../x", "/etc/x", "a/b", "a\\b", "C:x", ".hidden", "..", "é"] {
            let safe = name(id).is_none_or(|stem| !stem.starts_with('.') && !stem.contains(['/', '\\', ':']));
            assert!(safe, "{id}");
        }
        assert!(name(&"x".repeat(256)).is_none_or(|stem| stem.len() == LONGEST_STEM));
    }
}
