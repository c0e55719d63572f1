//! Where a picture goes: names come from us, never from a link.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zoomout_core::{Error, ErrorKind, TaskId};

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
            return Self::InFolder { folder: path.to_owned(), stem: format!("{task_id}{suffix}") };
        }
        if suffix.is_empty() {
            return Self::File(path.to_owned());
        }
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(suffix);
        if let Some(extension) = path.extension() {
            name.push(".");
            name.push(extension);
        }
        Self::File(path.with_file_name(name))
    }

    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::File(path) => folder_of(path),
            Self::InFolder { folder, .. } => folder,
        }
    }

    pub(crate) fn file(&self, kind: infer::Type) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::InFolder { folder, stem } => folder.join(format!("{stem}.{}", kind.extension())),
        }
    }
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|end| matches!(end, b'/' | b'\\'))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Checks that a picture could be written to `path`, so that a typing error shows before money is
/// spent. A folder named with a slash at its end is made.
///
/// # Errors
/// [`ErrorKind::Storage`]; nothing was charged.
pub fn check_target(path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    let folder = if is_folder(path) { path } else { folder_of(path) };
    let prepared = if is_folder(path) { fs::create_dir_all(path) } else { Ok(()) };
    prepared.and_then(|()| new_file(folder)).map(drop).map_err(|error| {
        let message = format!("a picture could not be written to {}", path.display());
        Error::unsent(ErrorKind::Storage, message).caused_by(&error)
    })
}

/// A file that is gone again unless it gets a name.
pub(crate) fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zoomout-");
    // The rights that any new file gets, not the owner-only ones of a temporary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
