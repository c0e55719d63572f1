//! Pictures on disk: whole or not at all.

use std::fmt;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Uri;
use zoomout_core::{Error, Fetch, Fetched, Instant, Picture, Policy, Task, TaskId, Trouble};

use crate::cancel::CancelToken;
use crate::drive::Driver;
use crate::identity::Identity;
use crate::target::{Target, new_file};
use crate::transport::{Context, FetchError, Transport};

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
/// That of a [`Client`](crate::Client) shares its transport, clock, limits, deadline, observer and cancel token;
/// see [`Client::pictures`](crate::Client::pictures).
#[derive(Clone)]
pub struct Pictures {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) policy: Policy,
    pub(crate) driver: Driver,
}

impl Pictures {
    /// For links that were kept when their client was not. Only with the feature `ureq`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the environment names a proxy that cannot be used.
    #[cfg(feature = "ureq")]
    pub fn new() -> Result<Self, Error> {
        let driver = Driver {
            clock: Arc::new(crate::MachineClock::new()),
            cancel: CancelToken::new(),
            observer: None,
            engine: None,
            until: None,
        };
        let transport = Arc::new(crate::UreqTransport::builder().build()?);
        Ok(Self { transport, policy: Policy::default(), driver })
    }

    /// The same, stopped by this token.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        let driver = Driver { cancel: token.clone(), ..self.driver.clone() };
        Self { driver, ..self.clone() }
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
        self.fetch(&Download::all(task_id, links, path), Download::save)
    }

    /// Saves what a link leads to into exactly this file, whole or not at all.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download), without a task id.
    pub fn save(&self, link: &str, path: impl AsRef<Path>) -> Result<(), Error> {
        self.fetch(&Download::one(link, path), Download::save).map(drop)
    }

    /// The picture that a link leads to, as the bytes of its file.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download), without a task id and without those of the disk.
    pub fn read(&self, link: &str) -> Result<Vec<u8>, Error> {
        let pictures = self.fetch(&Download::one(link, "memory"), Download::read)?;
        Ok(pictures.into_iter().next().unwrap_or_default())
    }

    fn fetch<P: Clone>(
        &self,
        download: &Download,
        make: fn(&Download, &dyn Transport, &Picture, &Context) -> Fetched<P>,
    ) -> Result<Vec<P>, Error> {
        let Self { transport, policy, driver } = self;
        let seed = Identity::draw()?.seed;
        let begin = |policy, now| download.begin(policy, seed, now);
        driver.drive(*policy, begin, |picture, context| make(download, &**transport, &picture, context))
    }
}

/// Links, and where what they lead to is saved.
#[derive(Clone, Debug)]
pub struct Download {
    task_id: Option<TaskId>,
    links: Vec<String>,
    place: Place,
}

/// Where pictures are saved.
#[derive(Clone, Debug)]
enum Place {
    /// Exactly this file.
    File(PathBuf),
    /// What the path and the task's id make of it.
    OfTask(PathBuf, TaskId),
}

impl Download {
    /// What the links of a task lead to; see [`Pictures::save_all`].
    pub fn all(task_id: &TaskId, links: &[impl AsRef<str>], path: impl AsRef<Path>) -> Self {
        Self {
            task_id: Some(task_id.clone()),
            links: links.iter().map(|link| link.as_ref().to_owned()).collect(),
            place: Place::OfTask(path.as_ref().to_owned(), task_id.clone()),
        }
    }

    /// What one link leads to; see [`Pictures::save`].
    pub fn one(link: &str, path: impl AsRef<Path>) -> Self {
        Self { task_id: None, links: vec![link.to_owned()], place: Place::File(path.as_ref().to_owned()) }
    }

    pub(crate) const fn task_id(&self) -> Option<&TaskId> {
        self.task_id.as_ref()
    }

    /// The machine that fetches them.
    pub(crate) fn begin<P>(&self, policy: Policy, seed: u64, now: Instant) -> Fetch<P> {
        Fetch::new(self.task_id.clone(), self.links.clone(), policy, seed, now)
    }

    /// Saves one of them.
    pub(crate) fn save(
        &self,
        transport: &dyn Transport,
        picture: &Picture,
        context: &Context,
    ) -> Fetched<PathBuf> {
        let saved = save(transport, &self.place.target(picture), picture, context);
        fetched(saved.map(|path| (path.display().to_string(), path)))
    }

    /// Reads one of them.
    pub(crate) fn read(
        _: &Self,
        transport: &dyn Transport,
        picture: &Picture,
        context: &Context,
    ) -> Fetched<Vec<u8>> {
        fetched(read(transport, picture, context).map(|bytes| ("memory".to_owned(), bytes)))
    }
}

impl Place {
    fn target(&self, picture: &Picture) -> Target {
        match self {
            Self::File(path) => Target::File(path.clone()),
            Self::OfTask(path, task_id) => Target::of(task_id, path, picture.number, picture.count),
        }
    }
}

fn fetched<P>(result: Result<(String, P), Trouble>) -> Fetched<P> {
    match result {
        Ok((name, picture)) => Fetched::Whole { picture, name },
        Err(trouble) => Fetched::Trouble(trouble),
    }
}

/// Downloads beside the target, checks that it is a picture, makes it durable, and only then gives it its name:
/// whatever happens on the way, no half picture is left behind.
fn save(
    transport: &dyn Transport,
    target: &Target,
    picture: &Picture,
    context: &Context,
) -> Result<PathBuf, Trouble> {
    let folder = target.folder();
    let mut file = new_file(folder).map_err(|error| not_written(folder, &error))?;
    let mut sink = BufWriter::new(file.as_file_mut());
    fetch(transport, picture, &mut sink, folder, context)?;
    sink.flush().map_err(|error| not_written(folder, &error))?;
    drop(sink);
    let kind = check(file.as_file_mut()).map_err(|error| not_written(folder, &error))??;
    let path = target.file(kind);
    file.as_file().sync_all().map_err(|error| not_written(&path, &error))?;
    file.persist(&path).map_err(|error| not_written(&path, &error.error))?;
    Ok(path)
}

fn read(transport: &dyn Transport, picture: &Picture, context: &Context) -> Result<Vec<u8>, Trouble> {
    let memory = Path::new("memory");
    let mut bytes = Cursor::new(Vec::new());
    fetch(transport, picture, &mut bytes, memory, context)?;
    check(&mut bytes).map_err(|error| not_written(memory, &error))??;
    Ok(bytes.into_inner())
}

fn fetch(
    transport: &dyn Transport,
    picture: &Picture,
    sink: &mut dyn Write,
    place: &Path,
    context: &Context,
) -> Result<(), Trouble> {
    let uri: Uri = picture
        .link
        .parse()
        .map_err(|_| Trouble::NotAllowed("the link to the picture is none".to_owned()))?;
    transport.fetch(&uri, MAX_BYTES, sink, context).map_err(|error| match error {
        FetchError::NotAllowed(why) => Trouble::NotAllowed(why),
        FetchError::Status(status) => Trouble::Status(status),
        FetchError::TooLarge(limit) => Trouble::TooLarge(limit),
        FetchError::Network(cause) => Trouble::Network(cause),
        FetchError::Sink(error) => not_written(place, &error),
        FetchError::Cancelled => Trouble::Cancelled,
    })
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pictures").field("transport", &self.transport).finish_non_exhaustive()
    }
}

/// What kind of picture came, if a whole one did; told by its first bytes and its last.
fn check(file: &mut (impl Read + Seek)) -> io::Result<Result<infer::Type, Trouble>> {
    let mut head = Vec::new();
    file.rewind()?;
    file.by_ref().take(MAGIC_BYTES).read_to_end(&mut head)?;
    let kind = infer::get(&head).filter(|kind| kind.matcher_type() == infer::MatcherType::Image);
    let Some(kind) = kind else {
        return Ok(Err(Trouble::NoPicture));
    };
    if !is_whole(file, kind)? {
        return Ok(Err(Trouble::CutShort));
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

fn not_written(path: &Path, error: &io::Error) -> Trouble {
    Trouble::NotWritten { place: path.display().to_string(), cause: error.to_string() }
}
