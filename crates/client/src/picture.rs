//! Pictures on disk: whole or not at all.

use std::fmt;
use std::io::{self, BufReader, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Uri;
use tempfile::spooled_tempfile;
use zoomout_core::{Error, Fetch, Fetched, Instant, Picture, Policy, TaskId, Trouble};

use crate::cancel::CancelToken;
use crate::carrier::Free;
use crate::drive::Driver;
use crate::identity::Identity;
use crate::place::Place;
use crate::target::Target;
use crate::transport::{Context, FetchError, Transport};
use crate::whole::is_whole;

/// No picture of this API comes near this size; a real grid is 6 MB (reference, section 5.3).
const MAX_BYTES: u64 = 256 << 20;

/// So many of a file's first bytes tell what it is.
const MAGIC_BYTES: u64 = 512;

/// A picture that is on its way to the disk is kept in memory up to this size, a longer one in a temporary file.
const IN_MEMORY: usize = 8 << 20;

/// Where a picture is before it is where it belongs.
const ON_THE_WAY: &str = "a temporary file";

/// Where a picture goes that somebody else's sink takes.
const OUTPUT: &str = "the output";

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

    /// Writes what a link leads to into `sink`, such as the standard output, once the whole picture has come: a half
    /// one is never begun.
    ///
    /// # Errors
    /// As [`Client::download`](crate::Client::download), without a task id.
    pub fn write_to(&self, link: &str, sink: &mut dyn Write) -> Result<(), Error> {
        let make = |_: &Download, transport: &dyn Transport, picture: &Picture, context: &Context| {
            let written = read(transport, picture, context).and_then(|bytes| {
                let written = sink.write_all(&bytes).and_then(|()| sink.flush());
                written.map_err(|error| not_written(OUTPUT, &error))
            });
            fetched(written.map(|()| (OUTPUT.to_owned(), ())))
        };
        self.fetch(&Download::one(link, OUTPUT), make).map(drop)
    }

    fn fetch<P: Clone>(
        &self,
        download: &Download,
        mut make: impl FnMut(&Download, &dyn Transport, &Picture, &Context) -> Fetched<P>,
    ) -> Result<Vec<P>, Error> {
        let Self { transport, policy, driver } = self;
        let seed = Identity::draw()?.seed;
        let begin = |policy, now| download.begin(policy, seed, now);
        let carry = |picture: Picture, context: &Context| make(download, &**transport, &picture, context);
        driver.drive(*policy, begin, Free(carry))
    }
}

/// Links, and where what they lead to is saved.
#[derive(Clone, Debug)]
pub struct Download {
    task_id: Option<TaskId>,
    links: Vec<String>,
    naming: Naming,
}

/// How the files of pictures are called.
#[derive(Clone, Debug)]
enum Naming {
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
            naming: Naming::OfTask(path.as_ref().to_owned(), task_id.clone()),
        }
    }

    /// What one link leads to; see [`Pictures::save`].
    pub fn one(link: &str, path: impl AsRef<Path>) -> Self {
        Self { task_id: None, links: vec![link.to_owned()], naming: Naming::File(path.as_ref().to_owned()) }
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
        let saved = save(transport, &self.naming.target(picture), picture, context);
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

impl Naming {
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

/// Downloads, checks that a whole picture has come, and only then puts it where it belongs: whatever happens on the
/// way, no half picture is left behind.
fn save(
    transport: &dyn Transport,
    target: &Target,
    picture: &Picture,
    context: &Context,
) -> Result<PathBuf, Trouble> {
    let mut file = spooled_tempfile(IN_MEMORY);
    let kind = fetch(transport, picture, &mut file, context)?;
    let path = target.file(kind);
    let put = file.rewind().and_then(|()| Place::of(&path)?.put(&mut file));
    put.map_err(|error| not_written(&path.display().to_string(), &error))?;
    Ok(path)
}

fn read(transport: &dyn Transport, picture: &Picture, context: &Context) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Cursor::new(Vec::new());
    fetch(transport, picture, &mut bytes, context)?;
    Ok(bytes.into_inner())
}

/// What kind of picture came, if a whole one did.
fn fetch(
    transport: &dyn Transport,
    picture: &Picture,
    file: &mut (impl Read + Write + Seek),
    context: &Context,
) -> Result<infer::Type, Trouble> {
    let uri: Uri = picture
        .link
        .parse()
        .map_err(|_| Trouble::NotAllowed("the link to the picture is none".to_owned()))?;
    transport.fetch(&uri, MAX_BYTES, file, context).map_err(|error| match error {
        FetchError::NotAllowed(why) => Trouble::NotAllowed(why),
        FetchError::Status(status) => Trouble::Status(status),
        FetchError::TooLarge(limit) => Trouble::TooLarge(limit),
        FetchError::Network(cause) => Trouble::Network(cause),
        FetchError::Sink(error) => not_written(ON_THE_WAY, &error),
        FetchError::Cancelled => Trouble::Cancelled,
    })?;
    check(file).map_err(|error| not_written(ON_THE_WAY, &error))?
}

/// What kind of picture this is, if it is a whole one; told by its first bytes and its last.
fn check(file: &mut (impl Read + Seek)) -> io::Result<Result<infer::Type, Trouble>> {
    let mut head = Vec::new();
    file.rewind()?;
    file.by_ref().take(MAGIC_BYTES).read_to_end(&mut head)?;
    let kind = infer::get(&head).filter(|kind| kind.matcher_type() == infer::MatcherType::Image);
    let Some(kind) = kind else {
        return Ok(Err(Trouble::NoPicture));
    };
    file.rewind()?;
    let whole = is_whole(&mut BufReader::new(file), kind.mime_type())?;
    Ok(if whole { Ok(kind) } else { Err(Trouble::CutShort) })
}

fn not_written(place: &str, error: &io::Error) -> Trouble {
    Trouble::NotWritten { place: place.to_owned(), cause: error.to_string() }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pictures").field("transport", &self.transport).finish_non_exhaustive()
    }
}
