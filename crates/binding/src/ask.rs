//! Whatever a user can ask of a client, as one value.

use std::path::PathBuf;

use zoomout::{Client, Dispatcher, Error, Event, JobHandle, Pictures, TaskId, Upscale, Work, Zoom};

use crate::json;

/// Something that is asked of a client.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Zoom and wait. **Costs money** once accepted.
    Zoom(Zoom),
    /// Zoom, and leave the task alone. **Costs money** once accepted.
    Submit(Zoom),
    /// Upscale and wait. **Costs money** once accepted.
    Upscale(Upscale),
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

impl Ask {
    /// Asks, and blocks until there is an answer.
    ///
    /// # Errors
    /// Those of the client's method.
    pub fn run(self, client: &Client) -> Result<Answer, Error> {
        match self {
            Self::Zoom(zoom) => client.zoom(&zoom).map(|task| Answer::Json(json(&task))),
            Self::Submit(zoom) => client.submit(zoom).map(|submission| Answer::Json(json(&submission))),
            Self::Upscale(upscale) => client.upscale(&upscale).map(|task| Answer::Json(json(&task))),
            Self::Wait(task_id) => client.wait(&task_id).map(|task| Answer::Json(json(&task))),
            Self::Task(task_id) => client.task(&task_id).map(|task| Answer::Json(json(&task))),
            Self::Buttons(task_id) => client.buttons(&task_id).map(|task| Answer::Json(json(&task))),
            Self::Fetch(fetch) => fetch.run(&client.pictures()),
        }
    }

    /// Asks on the threads of a dispatcher. What waits for a task holds none of them.
    pub fn start(
        self,
        dispatcher: &Dispatcher,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Answer, Error>) + Send + 'static,
    ) -> JobHandle {
        let work: Work = match self {
            Self::Zoom(zoom) => zoom.into(),
            Self::Upscale(upscale) => upscale.into(),
            Self::Wait(task_id) => task_id.into(),
            Self::Submit(zoom) => {
                let end = |result: Result<_, _>| on_end(result.map(|answer| Answer::Json(json(&answer))));
                return dispatcher.submit(zoom, end);
            }
            Self::Fetch(fetch) => return dispatcher.download(|client| fetch.run(&client.pictures()), on_end),
            other => return dispatcher.call(|client| other.run(client), on_end),
        };
        dispatcher.spawn(work, on_event, |result| on_end(result.map(|task| Answer::Json(json(&task)))))
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
}
