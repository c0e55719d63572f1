//! The rows of a batch, many at a time: submitted, waited for and saved.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;
use zoomout::{
    Action, Batch, Billed, Dispatcher, Download, Error, ErrorKind, Event, Finished, Outcome, Task, TaskId,
};
use zoomout_batch::{Budget, OverCeiling, Plan, Prices, Row, RowResult, RowState, Rows, Usd};

use super::counts::Counts;
use super::results::not_written;
use super::standing::Known as Standing;
use crate::failure::Failure;
use crate::fit;
use crate::progress;
use crate::session::{Session, Tools};

/// So long nobody looks whether a picture has come.
const GLANCE: Duration = Duration::from_millis(50);

/// What does not change while a batch runs.
pub(crate) struct Setting<'a> {
    pub(crate) tools: &'a Tools<'a>,
    pub(crate) session: &'a Session<'a>,
    /// Where its pictures go.
    pub(crate) folder: &'a Path,
    pub(crate) prices: &'a Prices,
    pub(crate) window: NonZeroUsize,
    /// Whether rows whose task has failed are submitted anew.
    pub(crate) retry_failed: bool,
}

/// A row that has not ended.
struct Open {
    row: Row,
    /// Whether it may submit something, and its price was taken out of the budget.
    submits: bool,
    /// Whether it has: it may also go on with what somebody else submitted.
    submitted: Arc<AtomicBool>,
    /// Its task, while its pictures are fetched.
    task: Option<Task>,
}

/// Why nothing more is submitted.
#[derive(Debug)]
pub(crate) enum Halt {
    Ceiling(OverCeiling),
    /// The disk takes nothing more, or gives nothing back.
    Storage(Error),
}

/// The end of a row.
pub(crate) struct RowEnd {
    pub(crate) result: RowResult,
    /// Where the API shows its pictures.
    pub(crate) links: Vec<String>,
}

/// A batch on its way.
pub(crate) struct Run<'a> {
    setting: &'a Setting<'a>,
    batch: Batch,
    dispatcher: Dispatcher,
    budget: Budget,
    open: BTreeMap<usize, Open>,
    /// Rows that are the same job as one that is open.
    later: VecDeque<Row>,
    saved: Receiver<(usize, Result<Vec<PathBuf>, Error>)>,
    save: Sender<(usize, Result<Vec<PathBuf>, Error>)>,
    /// So many pictures are on their way.
    saving: usize,
    counts: Counts,
    /// Why nothing more is submitted.
    pub(crate) halt: Option<Halt>,
    /// The first failure, whose exit code is the batch's.
    pub(crate) first: Option<Failure>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(setting: &'a Setting<'a>, plan: &Plan, budget: Budget) -> Self {
        let client = &setting.session.client;
        let (save, saved) = channel();
        Self {
            setting,
            batch: Batch::new(client).window(setting.window).unacknowledged(),
            dispatcher: Dispatcher::new(client),
            budget,
            open: BTreeMap::new(),
            later: VecDeque::new(),
            saved,
            save,
            saving: 0,
            counts: Counts::new(setting.tools.output, plan.rows),
            halt: None,
            first: None,
        }
    }

    /// Runs the rows to their ends, and tells each. Whatever happens, those under way come to their ends.
    pub(crate) fn run(&mut self, mut rows: Rows<'_>, mut tell: impl FnMut(RowEnd)) {
        let mut is_exhausted = false;
        loop {
            self.heed_stop();
            while self.batch.has_room() && self.open.len() < self.setting.window.get() {
                let row = match self.due() {
                    Some(row) => row,
                    None if is_exhausted => break,
                    None => match rows.next() {
                        Some(Ok(row)) => row,
                        Some(Err(error)) => {
                            self.halt_by(not_read_back(&error));
                            is_exhausted = true;
                            break;
                        }
                        None => {
                            is_exhausted = true;
                            break;
                        }
                    },
                };
                if let Some(end) = self.begin(row) {
                    tell(end);
                }
            }
            if is_exhausted && self.open.is_empty() && self.later.is_empty() {
                self.counts.show(true);
                return;
            }
            for result in self.wait() {
                tell(result);
            }
            self.counts.show(false);
        }
    }

    /// How it stands, for people.
    pub(crate) fn summary(&self) -> String {
        self.counts.to_string()
    }

    /// How many rows are in this state.
    pub(crate) fn count(&self, state: RowState) -> u64 {
        self.counts.of(state)
    }

    fn heed_stop(&self) {
        if self.is_stopped() {
            self.batch.cancel();
            drop(self.dispatcher.cancel_all());
        }
    }

    fn is_stopped(&self) -> bool {
        self.setting.tools.stop.is_cancelled()
    }

    /// A row whose job has ended under another one.
    fn due(&mut self) -> Option<Row> {
        let is_open = |row: &Row| self.open.values().any(|open| open.row.order.key == row.order.key);
        let place = self.later.iter().position(|row| !is_open(row))?;
        self.later.remove(place)
    }

    /// Begins a row, or answers what became of it where that is known at once.
    fn begin(&mut self, mut row: Row) -> Option<RowEnd> {
        if self.is_stopped() {
            return Some(self.unsent(&row, None));
        }
        if row.repeats.is_some() && self.open.values().any(|open| open.row.order.key == row.order.key) {
            self.later.push_back(row);
            return None;
        }
        let Setting { session, retry_failed, prices, .. } = *self.setting;
        let known = match Standing::of(&session.client, &row) {
            Ok(known) => known,
            Err(error) => return Some(self.unsent(&row, Some(error))),
        };
        if let Standing::Saved { entry, files } = &known {
            self.counts.was_there(RowState::Done);
            let task = entry.outcome.as_ref().and_then(Outcome::task);
            return Some(self.end(&row, RowState::Done, known.task_id(), task.as_ref(), files));
        }
        let submits = known.may_submit(retry_failed);
        if submits && self.halt.is_some() {
            return Some(self.unsent(&row, None));
        }
        if let Err(error) = self.make_room_for(&row, &known) {
            return Some(self.unsent(&row, Some(error)));
        }
        if submits && let Err(over) = self.budget.ask(prices.of(row.order.action.billing_key())) {
            self.halt = Some(Halt::Ceiling(over));
            return Some(self.unsent(&row, None));
        }
        if submits && matches!(known, Standing::Failed) {
            row.order = row.order.again();
        }
        let (noted, output) = (self.setting.tools.known.clone(), self.setting.tools.output.clone());
        let (line, submitted) = (row.line, Arc::new(AtomicBool::new(false)));
        let is_submitted = Arc::clone(&submitted);
        let index = self.batch.add(
            row.order.clone(),
            move |_, event| {
                if matches!(event, Event::Submitted(_)) {
                    is_submitted.store(true, Ordering::SeqCst);
                }
                noted.hear(event);
                if let Some(text) = progress::of_row(event) {
                    output.tell(&format!("line {line}: {text}"));
                }
            },
            |_| {},
        );
        self.counts.begins();
        self.open.insert(index, Open { row, submits, submitted, task: None });
        None
    }

    /// Whatever cannot work must show before money is spent: and so must a file that is there, and of something else.
    fn make_room_for(&self, row: &Row, known: &Standing) -> Result<(), Error> {
        let Some(output) = row.output.as_ref().map(|output| self.setting.folder.join(output.as_path()))
        else {
            return Ok(());
        };
        if matches!(known, Standing::Nothing) && output.exists() {
            let shown = fit::exact(output.display());
            let problem = format_args!("names a file that is there, and not of this row: {shown}");
            return Err(Error::invalid("output", problem));
        }
        match output.parent() {
            Some(folder) => fs::create_dir_all(folder).map_err(|error| not_written(folder, &error)),
            None => Ok(()),
        }
    }

    /// Nothing more is submitted, because of this.
    fn halt_by(&mut self, error: Error) {
        self.halt.get_or_insert(Halt::Storage(error));
    }

    /// Nothing was submitted for it after all.
    fn give_back(&mut self, open: &Open) {
        if open.submits && !open.submitted.load(Ordering::SeqCst) {
            self.budget.give_back(self.setting.prices.of(open.row.order.action.billing_key()));
        }
    }

    /// Waits a little for whatever comes first.
    fn wait(&mut self) -> Vec<RowEnd> {
        let mut results = Vec::new();
        match self.batch.next_within(GLANCE) {
            Ok(Some(finished)) => results.extend(self.finish(finished)),
            // Nothing is under way but pictures.
            Ok(None) if self.saving > 0 => {
                if let Ok((index, saved)) = self.saved.recv_timeout(GLANCE) {
                    results.extend(self.end_saving(index, saved));
                }
            }
            Ok(None) | Err(_) => {}
        }
        while let Ok((index, saved)) = self.saved.try_recv() {
            results.extend(self.end_saving(index, saved));
        }
        results
    }

    /// A row's task has ended: its pictures are fetched at once, for their links expire.
    fn finish(&mut self, Finished { index, result, .. }: Finished) -> Option<RowEnd> {
        match result {
            Ok(task) => {
                let open = self.open.get_mut(&index)?;
                let place = match &open.row.output {
                    Some(output) => self.setting.folder.join(output.as_path()),
                    None => self.setting.folder.join(""),
                };
                let download = Download::all(&task.task_id, &task.links(), place);
                open.task = Some(task);
                self.saving += 1;
                let save = self.save.clone();
                self.dispatcher.download(
                    download,
                    |_| {},
                    move |saved| {
                        // Nobody receives any more: then the ledger keeps it.
                        drop(save.send((index, saved)));
                    },
                );
                None
            }
            Err(error) => {
                let open = self.open.remove(&index)?;
                Some(self.fail(&open, None, error))
            }
        }
    }

    fn end_saving(&mut self, index: usize, saved: Result<Vec<PathBuf>, Error>) -> Option<RowEnd> {
        self.saving = self.saving.saturating_sub(1);
        let open = self.open.remove(&index)?;
        let task = open.task.as_ref()?;
        match saved {
            Ok(files) => {
                self.give_back(&open);
                if let (true, Some(cost)) =
                    (open.submitted.load(Ordering::SeqCst), task.cost.and_then(Usd::rounded))
                {
                    let price = self.setting.prices.of(open.row.order.action.billing_key());
                    self.budget.charged(price, cost);
                }
                self.setting.tools.known.settled(&task.task_id);
                self.counts.ends(RowState::Done);
                Some(self.end(&open.row, RowState::Done, Some(&task.task_id), Some(task), &files))
            }
            Err(error) => Some(self.fail(&open, Some(task), error)),
        }
    }

    /// A row has not brought pictures.
    fn fail(&mut self, open: &Open, task: Option<&Task>, error: Error) -> RowEnd {
        let Setting { tools, session, .. } = *self.setting;
        let error = session.settled(&open.row.order.action, error);
        let state = match (error.kind(), error.billed()) {
            // There are pictures, but not on this disk yet.
            _ if task.is_some() => RowState::Accepted,
            (ErrorKind::TaskFailed, Billed::No) => RowState::Failed,
            (_, Billed::Yes) => RowState::Accepted,
            (_, Billed::Maybe) => RowState::Unconfirmed,
            (ErrorKind::Refused | ErrorKind::Invalid, Billed::No) => RowState::Refused,
            (_, Billed::No) => RowState::Unsent,
        };
        if state != RowState::Unconfirmed {
            self.give_back(open);
        }
        if state == RowState::Failed
            && let Some(task_id) = error.task_id()
        {
            session.client.acknowledge(task_id);
            tools.known.settled(task_id);
        }
        self.counts.ends(state);
        let task_id = task.map(|task| task.task_id.clone()).or_else(|| error.task_id().cloned());
        let end = self.end(&open.row, state, task_id.as_ref(), task, &[]);
        self.failed(end, error)
    }

    /// A row that was not submitted: because nothing more is, or because of this error.
    fn unsent(&mut self, row: &Row, error: Option<Error>) -> RowEnd {
        self.counts.was_there(RowState::Unsent);
        let end = self.end(row, RowState::Unsent, None, None, &[]);
        match error {
            Some(error) => self.failed(end, error),
            None => end,
        }
    }

    /// The end of a row, with its error, which is told at once.
    fn failed(&mut self, mut end: RowEnd, error: Error) -> RowEnd {
        let tools = self.setting.tools;
        if error.kind() == ErrorKind::Storage {
            // What is accepted now could not be saved, or not be written down.
            self.halt_by(error.clone());
        }
        let failure = tools.known.failure(error, None);
        end.result.error = failure.object(None).get("error").cloned();
        if !self.is_stopped() {
            tools.output.tell(&format!("line {}: {}", end.result.line, failure.error));
        }
        self.first.get_or_insert(failure);
        end
    }

    fn end(
        &self,
        row: &Row,
        state: RowState,
        task_id: Option<&TaskId>,
        task: Option<&Task>,
        files: &[PathBuf],
    ) -> RowEnd {
        let action: &Action = &row.order.action;
        let folder = self.setting.folder;
        let shown = |file: &PathBuf| file.strip_prefix(folder).unwrap_or(file).to_string_lossy().into_owned();
        let result = RowResult {
            line: row.line,
            key: row.order.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            repeats: row.repeats,
            state,
            task_id: task_id.cloned(),
            parent: action.parent().cloned(),
            tier: action.tier(),
            billing_key: action.billing_key().to_string(),
            planned_cost: self.setting.prices.of(action.billing_key()),
            cost: task.and_then(|task| task.cost).and_then(Usd::rounded),
            output: row.output.as_ref().map(|output| output.as_str().to_owned()),
            paths: files.iter().map(shown).collect(),
            error: None::<Value>,
        };
        let links =
            task.map(|task| task.links().into_iter().map(str::to_owned).collect()).unwrap_or_default();
        RowEnd { result, links }
    }
}

/// The rows are kept in a temporary file.
pub(crate) fn not_read_back(error: &io::Error) -> Error {
    Error::unsent(ErrorKind::Storage, "the rows that were checked cannot be read back").caused_by(error)
}
