//! Pictures on disk: whole or not at all.

use std::fmt;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Uri;
use zoomout_core::{Billed, Error, ErrorKind, Event, Fetching, Task, TaskId};

use crate::cancel::CancelToken;
use crate::client::Observer;
use crate::clock::Clock;
use crate::target::{Target, new_file};
use crate::transport::{FetchError, Transport};

/// No picture of this API comes near this size; a real grid is 6 MB (reference, section 5.3).
const MAX_BYTES: u64 = 256 << 20;

/// So many of a file's first bytes tell what it is.
const MAGIC_BYTES: u64 = 512;

/// The last chunk of every PNG (ISO/IEC 15948, section 11.2.5); some writers add a little behind it.
const PNG_END: &[u8] = b"IEND\xAE\x42\x60\x82";
const PNG_TAIL_BYTES: u64 = 4 << 10;

/// The links to the pictures of the task; one that shows only its grid has that one.
pub(crate) fn links(task: &Task) -> Vec<&str> {
    let mut links: Vec<&str> = task.images.iter().map(|image| image.url.as_str()).collect();
    if links.is_empty() {
        links.extend(task.grid_image_url.as_deref());
    }
    links
}

/// Fetches pictures by their links. These are public, so it has no API key; nothing it does costs money.
///
/// That of a [`Client`](crate::Client) shares its transport, clock, observer and cancel token; see
/// [`Client::pictures`](crate::Client::pictures).
#[derive(Clone)]
pub struct Pictures {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cancel: CancelToken,
    pub(crate) observer: Option<Observer>,
}

impl Pictures {
    /// For links that were kept when their client was not. Only with the feature `ureq`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if the environment names a proxy that cannot be used.
    #[cfg(feature = "ureq")]
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            transport: Arc::new(crate::UreqTransport::builder().build()?),
            clock: Arc::new(crate::MachineClock::new()),
            cancel: CancelToken::new(),
            observer: None,
        })
    }

    /// The same, stopped by this token.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self.clone() }
    }

    /// Saves what the links of a task lead to, each whole or not at all, and says where.
    ///
    /// `path` is a file, or a folder: one that exists, or a path that ends with a slash. Of several pictures
    /// each gets a number.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download).
    pub fn save_all(
        &self,
        task_id: &TaskId,
        links: &[&str],
        path: impl AsRef<Path>,
    ) -> Result<Vec<PathBuf>, Error> {
        if links.is_empty() {
            let message = "the task shows no picture to download";
            return Err(Error::new(ErrorKind::Protocol, Billed::Yes, message).about(task_id));
        }
        let count = links.len();
        let mut saved = Vec::with_capacity(count);
        for (link, number) in links.iter().zip(1..) {
            let target = Target::of(task_id, path.as_ref(), number, count);
            let file = self.again(|| self.save_once(link, &target)).map_err(|error| {
                let error = error.about(task_id);
                if saved.is_empty() { error } else { error.with_note(&already_saved(&saved)) }
            })?;
            saved.push(file);
        }
        Ok(saved)
    }

    /// Saves what a link leads to into exactly this file, whole or not at all.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download), without a task id.
    pub fn save(&self, link: &str, path: impl AsRef<Path>) -> Result<(), Error> {
        let target = Target::File(path.as_ref().to_owned());
        self.again(|| self.save_once(link, &target)).map(drop)
    }

    /// The picture that a link leads to, as the bytes of its file.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download), without a task id and without those of the disk.
    pub fn read(&self, link: &str) -> Result<Vec<u8>, Error> {
        self.again(|| {
            let mut bytes = Cursor::new(Vec::new());
            self.fetch(link, &mut bytes, Path::new("memory"))?;
            check(&mut bytes).map_err(|error| not_written(Path::new("memory"), &error))??;
            Ok(bytes.into_inner())
        })
    }

    /// Tries again after trouble that may pass: a look at a public file harms nobody.
    fn again<T>(&self, fetch: impl Fn() -> Result<T, Trouble>) -> Result<T, Error> {
        let mut fetching = Fetching::new(fastrand::u64(..));
        loop {
            let error = match fetch() {
                Ok(picture) => return Ok(picture),
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(error)) => error,
            };
            let Some(retry) = fetching.after_trouble(&error) else { return Err(error) };
            let until = self.clock.now() + retry.after;
            if let Some(observer) = &self.observer {
                observer(&Event::Retrying(retry));
            }
            self.clock.sleep_until(until, &self.cancel);
        }
    }

    /// Downloads beside the target, checks that it is a picture, makes it durable, and only then gives it
    /// its name: whatever happens on the way, no half picture is left behind.
    fn save_once(&self, link: &str, target: &Target) -> Result<PathBuf, Trouble> {
        let folder = target.folder();
        let mut file = new_file(folder).map_err(|error| not_written(folder, &error))?;
        let mut sink = BufWriter::new(file.as_file_mut());
        self.fetch(link, &mut sink, folder)?;
        sink.flush().map_err(|error| not_written(folder, &error))?;
        drop(sink);
        let kind = check(file.as_file_mut()).map_err(|error| not_written(folder, &error))??;
        let path = target.file(kind);
        file.as_file().sync_all().map_err(|error| not_written(&path, &error))?;
        file.persist(&path).map_err(|error| not_written(&path, &error.error))?;
        Ok(path)
    }

    fn fetch(&self, link: &str, sink: &mut dyn Write, place: &Path) -> Result<(), Trouble> {
        let uri: Uri =
            link.parse().map_err(|_| not_fetched(ErrorKind::Protocol, "the link to the picture is none"))?;
        self.transport.fetch(&uri, MAX_BYTES, sink, &self.cancel).map_err(|error| explain(error, place))
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pictures").field("transport", &self.transport).finish_non_exhaustive()
    }
}

fn already_saved(saved: &[PathBuf]) -> String {
    let names: Vec<_> = saved.iter().map(|path| path.display().to_string()).collect();
    format!("saved before that: {}", names.join(", "))
}

/// Why a picture is not on disk.
enum Trouble {
    /// It may be had in a moment.
    Passing(Error),
    /// It will not.
    Lasting(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Lasting(error)
    }
}

/// What kind of picture came, if a whole one did; told by its first bytes and its last.
fn check(file: &mut (impl Read + Seek)) -> io::Result<Result<infer::Type, Trouble>> {
    let mut head = Vec::new();
    file.rewind()?;
    file.by_ref().take(MAGIC_BYTES).read_to_end(&mut head)?;
    let kind = infer::get(&head).filter(|kind| kind.matcher_type() == infer::MatcherType::Image);
    let Some(kind) = kind else {
        let message = "what came in place of the picture is no picture";
        return Ok(Err(not_fetched(ErrorKind::Protocol, message).into()));
    };
    if !is_whole(file, kind)? {
        return Ok(Err(Trouble::Passing(not_fetched(ErrorKind::Transport, "the picture was cut short"))));
    }
    Ok(Ok(kind))
}

/// Whether a PNG, which is what this API makes, has its end: a host that declares too small a length
/// cannot be told from one that does not by HTTP alone.
fn is_whole(file: &mut (impl Read + Seek), kind: infer::Type) -> io::Result<bool> {
    if kind.mime_type() != "image/png" {
        return Ok(true);
    }
    let mut tail = Vec::new();
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(PNG_TAIL_BYTES)))?;
    file.read_to_end(&mut tail)?;
    Ok(tail.windows(PNG_END.len()).any(|window| window == PNG_END))
}

fn explain(error: FetchError, place: &Path) -> Trouble {
    Trouble::Lasting(match error {
        FetchError::NotAllowed(why) => {
            not_fetched(ErrorKind::Protocol, "the link to the picture is not one that is followed")
                .caused_by(&why)
        }
        FetchError::Status(status) if may_pass(status) => {
            let message = format!("the host has no picture right now (status {status})");
            return Trouble::Passing(not_fetched(ErrorKind::Transport, &message));
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
            let error = not_fetched(ErrorKind::Transport, "the picture could not be fetched");
            return Trouble::Passing(error.caused_by(&cause));
        }
        FetchError::Sink(error) => not_written(place, &error),
        FetchError::Cancelled => not_fetched(ErrorKind::Cancelled, "cancelled while the picture was fetched"),
    })
}

/// Whether a host that answers so may have the picture in a moment.
const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

fn not_fetched(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, Billed::Yes, message)
}

fn not_written(path: &Path, error: &io::Error) -> Error {
    let message = format!("the picture could not be written to {}", path.display());
    Error::new(ErrorKind::Storage, Billed::Yes, message).caused_by(error)
}
