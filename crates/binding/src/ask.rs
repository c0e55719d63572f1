//! Whatever a user can ask of a client, as one value.

use std::path::PathBuf;

use serde::Serialize;
use zoomout::{
    Client, Dispatcher, Download, Error, ErrorKind, Event, Order, Outcome, Pictures, Resolution, Task, TaskId,
};

use crate::entry::Shown;
use crate::handed_out::HandedOut;
use crate::json;
use crate::under_way::UnderWay;

/// Something that is asked of a client.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Submit and wait. **Costs money** once accepted.
    Run(Order),
    /// Submit, and leave the task alone. **Costs money** once accepted.
    Submit(Order),
    /// Wait for a task.
    Wait(TaskId),
    /// Look at a task.
    Task(TaskId),
    /// Look at what can be pressed under a picture.
    Buttons(TaskId),
    /// Fetch pictures.
    Fetch(Fetch),
    /// List what is unfinished.
    Unfinished,
    /// Settle what nobody knows: the submission under this key, by a person's word.
    Resolve(String, Resolution),
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
    /// A task, a submission, or whatever else was asked for, as JSON.
    Json(String),
    /// The files that were written.
    Paths(Vec<PathBuf>),
    /// A picture.
    Bytes(Vec<u8>),
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct End {
    /// The answer, or why there is none.
    pub result: Result<Answer, Error>,
    /// The task whose end this is. It stays unfinished until somebody says that this has reached whoever asked: see
    /// [`Connection::acknowledge`](crate::Connection::acknowledge).
    pub task_id: Option<TaskId>,
}

impl From<Result<Answer, Error>> for End {
    fn from(result: Result<Answer, Error>) -> Self {
        Self { result, task_id: None }
    }
}

/// The task whose end this is, if it is one: an error that the task outlives is none.
pub fn end_of(ended: &Result<Task, Error>) -> Option<&TaskId> {
    match ended {
        Ok(task) => Some(&task.task_id),
        Err(error) if error.kind() == ErrorKind::TaskFailed => error.task_id(),
        Err(_) => None,
    }
}

/// Hands a result on as JSON.
fn as_json<T: Serialize>(result: Result<T, Error>) -> End {
    result.map(|value| Answer::Json(json(&value))).into()
}

/// Hands on how a task ended.
fn as_end(ended: Result<Task, Error>) -> End {
    let task_id = end_of(&ended).cloned();
    End { task_id, ..as_json(ended) }
}

/// Hands on what a look has shown, which may be the end of the task.
fn as_look(seen: Result<Task, Error>) -> End {
    let task_id = seen.as_ref().ok().and_then(Outcome::of).map(|outcome| outcome.task_id);
    End { task_id, ..as_json(seen) }
}

impl Ask {
    /// Asks on the threads of the client. What waits for a task holds none of them. Whatever is accepted is told to
    /// `on_event` first.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if there is no thread left; all others are told to `on_end`.
    pub(crate) fn start(
        self,
        client: &Client,
        dispatcher: &Dispatcher,
        handed_out: &HandedOut,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(End) + Send + 'static,
    ) -> Result<UnderWay, Error> {
        let (client, handed_out) = (client.clone(), handed_out.clone());
        Ok(UnderWay::Job(match self {
            Self::Run(order) => dispatcher.spawn_unacknowledged(order, on_event, |task| on_end(as_end(task))),
            Self::Wait(task_id) => {
                dispatcher.spawn_unacknowledged(task_id, on_event, |task| on_end(as_end(task)))
            }
            Self::Submit(order) => dispatcher.submit(order, on_event, |result| on_end(as_json(result))),
            Self::Task(task_id) => dispatcher.task(task_id, |task| on_end(as_look(task))),
            Self::Buttons(task_id) => dispatcher.buttons(task_id, |task| on_end(as_json(task))),
            Self::Fetch(fetch) => fetch.start(dispatcher, on_event, on_end),
            Self::Unfinished => {
                return UnderWay::apart(on_end, move |_| {
                    handed_out.flush();
                    let entries = client.unfinished();
                    as_json(
                        entries
                            .as_ref()
                            .map(|entries| entries.iter().map(Shown::from).collect::<Vec<_>>())
                            .map_err(Error::clone),
                    )
                });
            }
            Self::Resolve(key, resolution) => {
                return UnderWay::apart(on_end, move |_| {
                    as_json(client.resolve(&key, &resolution).as_ref().map(Shown::from).map_err(Clone::clone))
                });
            }
        }))
    }
}

impl Fetch {
    /// Fetches without a client.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if there is no thread left; all others are told to `on_end`.
    pub fn apart(self, on_end: impl FnOnce(End) + Send + 'static) -> Result<UnderWay, Error> {
        UnderWay::apart(on_end, move |token| {
            let pictures = Pictures::new().map(|pictures| pictures.cancelled_by(token));
            pictures.and_then(|pictures| self.run(&pictures)).into()
        })
    }

    fn run(self, pictures: &Pictures) -> Result<Answer, Error> {
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
        on_end: impl FnOnce(End) + Send + 'static,
    ) -> zoomout::JobHandle {
        let download = match self {
            Self::All { task_id, links, path } => Download::all(&task_id, &links, path),
            Self::Save { link, path } => Download::one(&link, path),
            Self::Read { link } => {
                return dispatcher.read(&link, on_event, |bytes| on_end(bytes.map(Answer::Bytes).into()));
            }
        };
        dispatcher.download(download, on_event, |paths| on_end(paths.map(Answer::Paths).into()))
    }
}
