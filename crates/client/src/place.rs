//! What a path leads to: a file, which is made or replaced as a whole, or something that is written into.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Longer chains of links lead nowhere on any system.
const MOST_LINKS: usize = 40;

/// What a path leads to, whatever links are on the way.
#[derive(Debug)]
pub(crate) enum Place {
    /// A file that is there, with its rights, or one that is not.
    File(PathBuf, Option<Permissions>),
    /// A pipe, a device or a socket: it is written into, and never replaced.
    Stream(PathBuf),
}

impl Place {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
            // What a program has open under a name such as `/dev/stdout` goes on where it is.
            Ok(found) if found.is_file() && !is_of_the_system(path) => {
                let link = fs::symlink_metadata(path)?.is_symlink();
                let real = if link { fs::canonicalize(path)? } else { path.to_owned() };
                Ok(Self::File(real, Some(found.permissions())))
            }
            Ok(_) => Ok(Self::Stream(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::File(follow(path)?, None)),
            Err(error) => Err(error),
        }
    }

    /// Whether a path leads to something that is written into.
    pub(crate) fn is_stream(path: &Path) -> bool {
        matches!(Self::of(path), Ok(Self::Stream(_)))
    }

    /// Tries whether something can be put here, as far as that can be told without doing it.
    pub(crate) fn check(&self) -> io::Result<()> {
        match self {
            Self::File(path, rights) => new_file(folder_of(path), rights.as_ref()).map(drop),
            // To open one may mean something to whoever is at its other end.
            Self::Stream(_) => Ok(()),
        }
    }

    /// Puts these bytes here. A file appears under its name whole, and durable, or not at all; one that was there
    /// before stays until then.
    pub(crate) fn put(&self, bytes: &mut impl Read) -> io::Result<()> {
        let (path, rights) = match self {
            Self::Stream(path) => return pour(path, bytes),
            Self::File(path, rights) => (path, rights.as_ref()),
        };
        let folder = folder_of(path);
        let mut file = new_file(folder, rights)?;
        io::copy(bytes, &mut file)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder);
        Ok(())
    }
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file that is gone again unless it gets a name.
pub(crate) fn new_file(folder: &Path, rights: Option<&Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zoomout-");
    // Those that any new file gets, not the owner-only ones of a temporary file.
    #[cfg(unix)]
    builder
        .permissions(rights.cloned().unwrap_or_else(|| std::os::unix::fs::PermissionsExt::from_mode(0o666)));
    let file = builder.tempfile_in(folder)?;
    if let Some(rights) = rights {
        file.as_file().set_permissions(rights.clone())?;
    }
    Ok(file)
}

/// Where a link leads that leads to nothing yet.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_) if path.file_name().is_none() => return Err(ErrorKind::InvalidInput.into()),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Names of devices and descriptors, not of files.
fn is_of_the_system(path: &Path) -> bool {
    cfg!(unix) && ["/dev", "/proc"].iter().any(|place| path.starts_with(place))
}

fn pour(path: &Path, bytes: &mut impl Read) -> io::Result<()> {
    let mut stream = open_stream(path)?;
    io::copy(bytes, &mut stream)?;
    stream.flush()
}

fn open_stream(path: &Path) -> io::Result<Box<dyn Write>> {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_socket(&fs::metadata(path)?.file_type()) {
        return Ok(Box::new(std::os::unix::net::UnixStream::connect(path)?));
    }
    Ok(Box::new(OpenOptions::new().append(true).open(path)?))
}

/// Makes a new name durable. Where a folder cannot be synced, nothing more can be done: the file is there.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        drop(File::open(folder).and_then(|folder| folder.sync_all()));
    }
}
