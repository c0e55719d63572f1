//! Waits for what was paid for and not handed out, and brings it to the disk.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::vec;

use zoomout_core::{Error, ErrorKind, Status, Submission, Task, TaskId};
use zoomout_ledger::{Entry, State, Which};

use crate::client::Client;
use crate::dispatcher::ZoomMany;

/// What became of one submission that was unfinished.
#[derive(Debug)]
#[non_exhaustive]
pub struct Collected {
    /// What was on record of it.
    pub entry: Entry,
    /// Where its pictures are; or why there are none, and what may be done about it.
    pub result: Result<Vec<PathBuf>, Error>,
}

/// Collects what is unfinished, one by one as it ends. Made by [`Client::collect`].
#[must_use = "nothing is waited for before the first is asked for"]
pub struct Collect {
    client: Client,
    folder: PathBuf,
    /// Those whose end is on record, or of which nobody knows.
    known: VecDeque<Entry>,
    /// Those that are waited for, by their place among what is waited for.
    waiting: Vec<Option<Entry>>,
    ends: ZoomMany<vec::IntoIter<TaskId>>,
}

impl Client {
    /// Waits for everything that is [unfinished](Self::unfinished) and saves its pictures in this folder, as
    /// `<task_id>.png`; it is made if it is not there. Costs nothing: nothing is submitted.
    ///
    /// What was saved, or has failed and is refunded, is unfinished no more. A submission of which nobody knows
    /// comes back as [`ErrorKind::Unconfirmed`]; see [`resolve`](Self::resolve).
    ///
    /// ```no_run
    /// let client = zoomout::Client::from_env()?;
    /// for collected in client.collect("pictures/")? {
    ///     println!("{}: {:?}", collected.entry.key, collected.result);
    /// }
    /// # Ok::<(), zoomout::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] if the ledger cannot be read.
    pub fn collect(&self, folder: impl AsRef<Path>) -> Result<Collect, Error> {
        self.collect_those(Which::Unfinished, folder)
    }

    /// The same for those of another choice: with [`Which::Uncollected`], whatever was handed out but never saved.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn collect_those(&self, which: Which, folder: impl AsRef<Path>) -> Result<Collect, Error> {
        let is_waited_for = |entry: &Entry| entry.state == State::Accepted && entry.task_id.is_some();
        let (waiting, known): (Vec<_>, Vec<_>) = self.entries(which)?.into_iter().partition(is_waited_for);
        let tasks: Vec<_> = waiting.iter().filter_map(|entry| entry.task_id.clone()).collect();
        Ok(Collect {
            client: self.clone(),
            // A folder, whether or not it is there.
            folder: folder.as_ref().join(""),
            known: known.into(),
            waiting: waiting.into_iter().map(Some).collect(),
            ends: self.zoom_many(tasks).unacknowledged(),
        })
    }
}

impl Collect {
    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.known.len() + self.waiting.len()
    }

    /// Saves the pictures of a task, and so hands it out; one that has failed is handed out by its error. One that
    /// could not be saved stays unfinished.
    fn save(&self, task_id: Option<&TaskId>, ended: Result<Task, Error>) -> Result<Vec<PathBuf>, Error> {
        match ended {
            Ok(task) => {
                // What is wrong with it, whoever writes into it tells.
                drop(fs::create_dir_all(&self.folder));
                self.client.download(&task, &self.folder)
            }
            Err(error) => {
                let error = match task_id {
                    Some(task_id) => error.after(&Submission::new(task_id.clone(), Status::Pending)),
                    None => error,
                };
                if let (ErrorKind::TaskFailed, Some(task_id)) = (error.kind(), error.task_id()) {
                    self.client.acknowledge(task_id);
                }
                Err(error)
            }
        }
    }

    fn end_of(&self, entry: &Entry) -> Result<Vec<PathBuf>, Error> {
        let task_id = entry.task_id.as_ref();
        match (&entry.outcome, entry.state, task_id) {
            (Some(outcome), State::Done, _) if let Some(task) = outcome.task() => {
                self.save(task_id, Ok(task))
            }
            // Whether it failed, or its record is broken: the server knows.
            (_, State::Done | State::Failed | State::Accepted, Some(task_id)) => {
                self.save(Some(task_id), self.client.wait_unacknowledged(task_id))
            }
            _ => Err(nobody_knows(entry)),
        }
    }
}

fn nobody_knows(entry: &Entry) -> Error {
    let message = "nobody knows whether this submission was accepted";
    let reason = entry.reason.as_deref().unwrap_or("its answer is not known yet");
    match entry.action() {
        Some(action) => Error::in_doubt(ErrorKind::Unconfirmed, &action, message),
        None => Error::unsent(ErrorKind::Unconfirmed, message),
    }
    .caused_by(&reason)
}

impl Iterator for Collect {
    type Item = Collected;

    fn next(&mut self) -> Option<Collected> {
        if let Some(entry) = self.known.pop_front() {
            let result = self.end_of(&entry);
            return Some(Collected { entry, result });
        }
        loop {
            let finished = self.ends.next()?;
            let Some(entry) = self.waiting.get_mut(finished.index).and_then(Option::take) else { continue };
            let result = self.save(entry.task_id.as_ref(), finished.result);
            return Some(Collected { entry, result });
        }
    }
}

impl fmt::Debug for Collect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect").field("folder", &self.folder).finish_non_exhaustive()
    }
}
