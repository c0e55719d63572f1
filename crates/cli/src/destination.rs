//! Where pictures go: `-o`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use zoomout::{Client, Error, ErrorKind, Task, check_target};

use crate::output::Output;
use crate::session::Tools;

/// Where the pictures of a task go.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    Nowhere,
    Stdout,
    Path(PathBuf),
}

impl Destination {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        match path {
            None => Self::Nowhere,
            Some(path) if path == Path::new("-") => Self::Stdout,
            Some(path) => Self::Path(path),
        }
    }

    /// Makes ready for the pictures of one task: whatever cannot work must show before money is spent.
    pub(crate) fn prepare(&self, output: &Output) -> Result<(), Error> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Path(path) => check_target(path),
            Self::Stdout if output.json => {
                Err(Error::invalid("output", "- must not be given together with --json: both are for stdout"))
            }
            Self::Stdout if io::stdout().is_terminal() => {
                Err(Error::invalid("output", "- is for a pipe or a file, and stdout is a terminal"))
            }
            Self::Stdout => {
                output.keep_stdout_for_a_picture();
                Ok(())
            }
        }
    }

    /// The same for the pictures of several tasks, which cannot go into one file.
    pub(crate) fn prepare_for_several(&self) -> Result<(), Error> {
        let problem = match self {
            Self::Nowhere => return Ok(()),
            Self::Path(path) if is_folder(path) => return check_target(path),
            Self::Path(path) => format!("must be a folder for several pictures: {}/", path.display()),
            Self::Stdout => "must be a folder for several pictures: stdout takes one".to_owned(),
        };
        Err(Error::invalid("output", problem))
    }

    /// Brings the pictures of a finished task there, and says which files they are in.
    pub(crate) fn save(
        &self,
        client: &Client,
        task: &Task,
        tools: &Tools<'_>,
    ) -> Result<Vec<PathBuf>, Error> {
        match self {
            Self::Nowhere => Ok(Vec::new()),
            Self::Path(path) => {
                let _saving = tools.known.saving();
                client.download(task, path)
            }
            Self::Stdout => to_stdout(client, task).map(|()| Vec::new()),
        }
    }
}

fn to_stdout(client: &Client, task: &Task) -> Result<(), Error> {
    let links = task.links();
    let [link] = links.as_slice() else {
        let message = format!("stdout takes one picture, and this task has {}", links.len());
        return Err(Error::seen(ErrorKind::Storage, task, message));
    };
    // A link does not know what was paid for what it leads to.
    let bytes = client.pictures().read(link).map_err(|error| {
        Error::seen(error.kind(), task, error.to_string()).caused_by(&error.cause().unwrap_or_default())
    })?;
    Output::picture(&bytes).map_err(|error| {
        let message = "the picture could not be written to stdout";
        Error::seen(ErrorKind::Storage, task, message).caused_by(&error)
    })?;
    client.collected(&task.task_id, &[]);
    Ok(())
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().as_encoded_bytes().last().is_some_and(|end| matches!(end, b'/' | b'\\'))
}
