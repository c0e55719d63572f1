//! Pictures on disk: whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use http::Uri;
use tempfile::NamedTempFile;
use zoomout_core::{Billed, Error, ErrorKind, Task};

use crate::client::Client;
use crate::transport::FetchError;

/// No picture of this API comes near this size; a real grid is 6 MB (reference, section 5.3).
const MAX_BYTES: u64 = 256 << 20;

/// So many of a file's first bytes tell what it is.
const MAGIC_BYTES: u64 = 512;

/// Where a picture goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// Exactly this file.
    File(PathBuf),
    /// A file of our naming in this folder; what the picture turns out to be decides its ending.
    InFolder { folder: PathBuf, stem: String },
}

impl Target {
    /// The place of picture `number` (from 1) of `count`.
    fn of(task: &Task, path: &Path, number: usize, count: usize) -> Self {
        let suffix = if count > 1 { format!("-{number}") } else { String::new() };
        if is_folder(path) {
            return Self::InFolder { folder: path.to_owned(), stem: format!("{}{suffix}", task.task_id) };
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

    fn folder(&self) -> &Path {
        match self {
            Self::File(path) => folder_of(path),
            Self::InFolder { folder, .. } => folder,
        }
    }

    fn file(&self, kind: infer::Type) -> PathBuf {
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
        Error::new(ErrorKind::Storage, Billed::No, message).caused_by(&error)
    })
}

/// Saves every picture of the task; a task that shows only its grid has that one.
pub(crate) fn save_all(client: &Client, task: &Task, path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut links: Vec<&str> = task.images.iter().map(|image| image.url.as_str()).collect();
    if links.is_empty() {
        links.extend(task.grid_image_url.as_deref());
    }
    if links.is_empty() {
        let message = "the task shows no picture to download";
        return Err(Error::new(ErrorKind::Protocol, Billed::Yes, message).about(&task.task_id));
    }
    let count = links.len();
    let mut saved = Vec::with_capacity(count);
    for (link, number) in links.into_iter().zip(1..) {
        let target = Target::of(task, path, number, count);
        let file = fetch(client, link, &target).map_err(|error| {
            let error = error.about(&task.task_id);
            if saved.is_empty() { error } else { error.with_note(&already_saved(&saved)) }
        })?;
        saved.push(file);
    }
    Ok(saved)
}

/// Saves one picture into exactly this file.
pub(crate) fn save(client: &Client, link: &str, path: &Path) -> Result<(), Error> {
    fetch(client, link, &Target::File(path.to_owned())).map(drop)
}

fn already_saved(saved: &[PathBuf]) -> String {
    let names: Vec<_> = saved.iter().map(|path| path.display().to_string()).collect();
    format!("saved before that: {}", names.join(", "))
}

/// Downloads beside the target, checks that it is a picture, makes it durable, and only then gives it
/// its name: whatever happens on the way, no half picture is left behind.
fn fetch(client: &Client, link: &str, target: &Target) -> Result<PathBuf, Error> {
    let uri: Uri =
        link.parse().map_err(|_| not_fetched(ErrorKind::Protocol, "the link to the picture is none"))?;
    let mut file = new_file_in(target.folder())?;
    let mut sink = BufWriter::new(file.as_file_mut());
    client
        .transport
        .fetch(&uri, MAX_BYTES, &mut sink, &client.cancel)
        .map_err(|error| explain(error, target))?;
    sink.flush().map_err(|error| not_written(target.folder(), &error))?;
    drop(sink);
    let kind = kind_of(file.as_file_mut()).map_err(|error| not_written(target.folder(), &error))?;
    let Some(kind) = kind else {
        return Err(not_fetched(ErrorKind::Protocol, "what came in place of the picture is no picture"));
    };
    let path = target.file(kind);
    file.as_file().sync_all().map_err(|error| not_written(&path, &error))?;
    file.persist(&path).map_err(|error| not_written(&path, &error.error))?;
    Ok(path)
}

/// What kind of picture a file holds, by its first bytes.
fn kind_of(file: &mut fs::File) -> io::Result<Option<infer::Type>> {
    let mut head = Vec::new();
    file.rewind()?;
    file.take(MAGIC_BYTES).read_to_end(&mut head)?;
    Ok(infer::get(&head).filter(|kind| kind.matcher_type() == infer::MatcherType::Image))
}

fn new_file_in(folder: &Path) -> Result<NamedTempFile, Error> {
    new_file(folder).map_err(|error| not_written(folder, &error))
}

fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zoomout-");
    // The rights that any new file gets, not the owner-only ones of a temporary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn explain(error: FetchError, target: &Target) -> Error {
    match error {
        FetchError::NotAllowed(why) => {
            not_fetched(ErrorKind::Protocol, "the link to the picture is not one that is followed")
                .caused_by(&why)
        }
        FetchError::Status(status) => {
            let message =
                format!("the host refused the picture (status {status}); its link may have expired");
            not_fetched(ErrorKind::Refused, &message)
        }
        FetchError::TooLarge(limit) => {
            not_fetched(ErrorKind::Protocol, &format!("the picture is larger than {limit} bytes"))
        }
        FetchError::Network(cause) => {
            not_fetched(ErrorKind::Transport, "the picture could not be fetched").caused_by(&cause)
        }
        FetchError::Sink(error) => not_written(target.folder(), &error),
        FetchError::Cancelled => not_fetched(ErrorKind::Cancelled, "cancelled while the picture was fetched"),
    }
}

fn not_fetched(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, Billed::Yes, message)
}

fn not_written(path: &Path, error: &io::Error) -> Error {
    let message = format!("the picture could not be written to {}", path.display());
    Error::new(ErrorKind::Storage, Billed::Yes, message).caused_by(error)
}
