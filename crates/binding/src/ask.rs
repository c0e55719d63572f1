//! Whatever a user can ask of a client, as one value.

use std::path::PathBuf;

use serde::Serialize;
use zoomout::{Action, Client, Dispatcher, Download, Error, Event, JobHandle, Pictures, TaskId};

use crate::json;

/// Something that is asked of a client.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Submit and wait. **Costs money** once accepted.
    Run(Action),
    /// Submit, and leave the task alone. **Costs money** once accepted.
    Submit(Action),
    /// Wait for a task.
    Wait(TaskId),
    /// Look at a task.
    Task(TaskId),
    /// Look at what can be pressed under a picture.
    Buttons(TaskId),
    /// Fetch pictures.
    Fetch(Fetch),
}

/// Something that is asked about pictures, whose links are public: no key is needed.
#[derive(Clone, Debug)]
pub enum Fetch {
    /// Save what the links of a task lead to.
    All {
        /// The task.
        task_id: TaskId,
        /// Its links.
        links: Vec<String>,
        /// A file or a folder.
        path: PathBuf,
    },
    /// Save what a link leads to.
    Save {
        /// The link.
        link: String,
        /// The file.
        path: PathBuf,
    },
    /// Read what a link leads to.
    Read {
        /// The link.
        link: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A task, a submission, or a task with its buttons, as JSON.
    Json(String),
    /// The files that were written.
    Paths(Vec<PathBuf>),
    /// A picture.
    Bytes(Vec<u8>),
}

/// Hands a result on as JSON.
fn as_json<T: Serialize>(result: Result<T, Error>) -> Result<Answer, Error> {
    result.map(|value| Answer::Json(json(&value)))
}

impl Ask {
    /// Asks, and blocks until there is an answer.
    ///
    /// # Errors
    /// Those of the client's method.
    pub fn run(self, client: &Client) -> Result<Answer, Error> {
        match self {
            Self::Run(action) => as_json(client.run(action)),
            Self::Submit(action) => as_json(client.submit(action)),
            Self::Wait(task_id) => as_json(client.wait(&task_id)),
            Self::Task(task_id) => as_json(client.task(&task_id)),
            Self::Buttons(task_id) => as_json(client.buttons(&task_id)),
            Self::Fetch(fetch) => fetch.run(&client.pictures()),
        }
    }

    /// Asks on the threads of a dispatcher. What waits for a task holds none of them. Whatever is accepted is told to
    /// `on_event` first, also by [`Submit`](Self::Submit).
    pub fn start(
        self,
        dispatcher: &Dispatcher,
        mut on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Answer, Error>) + Send + 'static,
    ) -> JobHandle {
        match self {
            Self::Run(action) => dispatcher.spawn(action, on_event, |task| on_end(as_json(task))),
            Self::Wait(task_id) => dispatcher.spawn(task_id, on_event, |task| on_end(as_json(task))),
            Self::Submit(action) => dispatcher.submit(action, move |result| {
                if let Ok(submission) = &result {
                    on_event(&Event::Submitted(submission.clone()));
                }
                on_end(as_json(result));
            }),
            Self::Task(task_id) => dispatcher.task(task_id, |task| on_end(as_json(task))),
            Self::Buttons(task_id) => dispatcher.buttons(task_id, |task| on_end(as_json(task))),
            Self::Fetch(fetch) => fetch.start(dispatcher, on_event, on_end),
        }
    }
}

impl Fetch {
    /// Fetches, and blocks until it is done.
    ///
    /// # Errors
    /// Those of [`Pictures`].
    pub fn run(self, pictures: &Pictures) -> Result<Answer, Error> {
        match self {
            Self::All { task_id, links, path } => {
                let links: Vec<&str> = links.iter().map(String::as_str).collect();
                pictures.save_all(&task_id, &links, path).map(Answer::Paths)
            }
            Self::Save { link, path } => pictures.save(&link, &path).map(|()| Answer::Paths(vec![path])),
            Self::Read { link } => pictures.read(&link).map(Answer::Bytes),
        }
    }

    fn start(
        self,
        dispatcher: &Dispatcher,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Answer, Error>) + Send + 'static,
    ) -> JobHandle {
        let download = match self {
            Self::All { task_id, links, path } => Download::all(&task_id, &links, path),
            Self::Save { link, path } => Download::one(&link, path),
            Self::Read { link } => {
                return dispatcher.read(&link, on_event, |bytes| on_end(bytes.map(Answer::Bytes)));
            }
        };
        dispatcher.download(download, on_event, |paths| on_end(paths.map(Answer::Paths)))
    }
}
