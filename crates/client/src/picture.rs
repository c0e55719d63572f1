//! Pictures on disk: whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use http::Uri;
use zoomout_core::{Billed, Error, ErrorKind, Event, Fetching, Task, TaskId};

use crate::client::Client;
use crate::target::{Target, new_file};
use crate::transport::FetchError;

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

/// Saves what these links lead to.
pub(crate) fn save_all(
    client: &Client,
    task_id: &TaskId,
    links: &[&str],
    path: &Path,
) -> Result<Vec<PathBuf>, Error> {
    if links.is_empty() {
        let message = "the task shows no picture to download";
        return Err(Error::new(ErrorKind::Protocol, Billed::Yes, message).about(task_id));
    }
    let count = links.len();
    let mut saved = Vec::with_capacity(count);
    for (link, number) in links.iter().zip(1..) {
        let target = Target::of(task_id, path, number, count);
        let file = fetch(client, link, &target).map_err(|error| {
            let error = error.about(task_id);
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

/// Fetches a picture, again after trouble that may pass: a look at a public file harms nobody.
fn fetch(client: &Client, link: &str, target: &Target) -> Result<PathBuf, Error> {
    let uri: Uri =
        link.parse().map_err(|_| not_fetched(ErrorKind::Protocol, "the link to the picture is none"))?;
    let mut fetching = Fetching::new(fastrand::u64(..));
    loop {
        let error = match fetch_once(client, &uri, target) {
            Ok(path) => return Ok(path),
            Err(Trouble::Lasting(error)) => return Err(error),
            Err(Trouble::Passing(error)) => error,
        };
        let Some(retry) = fetching.after_trouble(&error) else { return Err(error) };
        let until = client.clock.now() + retry.after;
        client.tell(&Event::Retrying(retry));
        client.clock.sleep_until(until, &client.cancel);
    }
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

/// Downloads beside the target, checks that it is a picture, makes it durable, and only then gives it
/// its name: whatever happens on the way, no half picture is left behind.
fn fetch_once(client: &Client, uri: &Uri, target: &Target) -> Result<PathBuf, Trouble> {
    let folder = target.folder();
    let mut file = new_file(folder).map_err(|error| not_written(folder, &error))?;
    let mut sink = BufWriter::new(file.as_file_mut());
    client
        .transport
        .fetch(uri, MAX_BYTES, &mut sink, &client.cancel)
        .map_err(|error| explain(error, target))?;
    sink.flush().map_err(|error| not_written(folder, &error))?;
    drop(sink);
    let kind = kind_of(file.as_file_mut()).map_err(|error| not_written(folder, &error))?;
    let Some(kind) = kind else {
        return Err(
            not_fetched(ErrorKind::Protocol, "what came in place of the picture is no picture").into()
        );
    };
    if !is_whole(file.as_file_mut(), kind).map_err(|error| not_written(folder, &error))? {
        return Err(Trouble::Passing(not_fetched(ErrorKind::Transport, "the picture was cut short")));
    }
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

/// Whether a PNG, which is what this API makes, has its end: a host that declares too small a length
/// cannot be told from one that does not by HTTP alone.
fn is_whole(file: &mut fs::File, kind: infer::Type) -> io::Result<bool> {
    if kind.mime_type() != "image/png" {
        return Ok(true);
    }
    let mut tail = Vec::new();
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(PNG_TAIL_BYTES)))?;
    file.read_to_end(&mut tail)?;
    Ok(tail.windows(PNG_END.len()).any(|window| window == PNG_END))
}

fn explain(error: FetchError, target: &Target) -> Trouble {
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
        FetchError::Sink(error) => not_written(target.folder(), &error),
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
