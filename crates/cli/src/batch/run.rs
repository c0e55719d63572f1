//! The rows of a batch, many at a time: submitted, waited for and saved.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;
use zoomout::{
    Action, Batch, Billed, Dispatcher, Download, Error, ErrorKind, Finished, Outcome, Task, TaskId,
};
use zoomout_batch::{Budget, OverCeiling, Plan, Prices, Row, RowResult, RowState, Rows, Usd};

use super::counts::Counts;
use super::results::not_written;
use super::standing::Known as Standing;
use crate::failure::Failure;
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
    /// Its task, while its pictures are fetched.
    task: Option<Task>,
}

/// Why nothing more is submitted.
#[derive(Debug)]
pub(crate) enum Halt {
    Ceiling(OverCeiling),
    /// The disk takes nothing more.
    Storage,
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
            saved,
            save,
            saving: 0,
            counts: Counts::new(setting.tools.output, plan.rows),
            halt: None,
            first: None,
        }
    }

    /// Runs the rows to their ends, and tells each.
    pub(crate) fn run(&mut self, mut rows: Rows<'_>, mut tell: impl FnMut(RowEnd)) -> Result<(), Failure> {
        let mut is_exhausted = false;
        loop {
            self.heed_stop();
            while !is_exhausted && self.batch.has_room() && self.open.len() < self.setting.window.get() {
                match rows.next() {
                    None => is_exhausted = true,
                    Some(row) => {
                        if let Some(result) = self.begin(row.map_err(|error| not_read_back(&error))?)? {
                            tell(result);
                        }
                    }
                }
            }
            if is_exhausted && self.open.is_empty() {
                self.counts.show(true);
                return Ok(());
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

    /// Begins a row, or answers what became of it where that is known at once.
    fn begin(&mut self, mut row: Row) -> Result<Option<RowEnd>, Failure> {
        let Setting { session, retry_failed, prices, .. } = *self.setting;
        if self.is_stopped() {
            return Ok(Some(self.unsent(&row)));
        }
        let known = Standing::of(&session.client, &row)?;
        if let Standing::Saved { entry, files } = &known {
            self.counts.was_there(RowState::Done);
            let task = entry.outcome.as_ref().and_then(Outcome::task);
            return Ok(Some(self.end(&row, RowState::Done, known.task_id(), task.as_ref(), files)));
        }
        let price = prices.of(row.order.action.billing_key());
        let submits = row.repeats.is_none() && known.submits(retry_failed);
        if submits {
            if self.halt.is_none() {
                self.halt = self.budget.ask(price).err().map(Halt::Ceiling);
            }
            if self.halt.is_some() {
                return Ok(Some(self.unsent(&row)));
            }
        }
        if submits && matches!(known, Standing::Failed) {
            row.order = row.order.again();
        }
        self.make_room_for(&row)?;
        let (noted, output) = (self.setting.tools.known.clone(), self.setting.tools.output.clone());
        let line = row.line;
        let index = self.batch.add(
            row.order.clone(),
            move |_, event| {
                noted.hear(event);
                if let Some(text) = progress::of_row(event) {
                    output.tell(&format!("line {line}: {text}"));
                }
            },
            |_| {},
        );
        self.counts.begins();
        self.open.insert(index, Open { row, submits, task: None });
        Ok(None)
    }

    /// Whatever cannot work must show before money is spent.
    fn make_room_for(&self, row: &Row) -> Result<(), Error> {
        let output = row.output.as_ref().map(|output| self.setting.folder.join(output.as_path()));
        match output.as_deref().and_then(Path::parent) {
            Some(folder) => fs::create_dir_all(folder).map_err(|error| not_written(folder, &error)),
            None => Ok(()),
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
                if let (true, Some(cost)) = (open.submits, task.cost.and_then(Usd::rounded)) {
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
        if open.submits && matches!(state, RowState::Refused | RowState::Unsent) {
            self.budget.give_back(self.setting.prices.of(open.row.order.action.billing_key()));
        }
        if state == RowState::Failed
            && let Some(task_id) = error.task_id()
        {
            session.client.acknowledge(task_id);
            tools.known.settled(task_id);
        }
        if error.kind() == ErrorKind::Storage {
            // What is accepted now could not be saved, or not be written down.
            self.halt.get_or_insert(Halt::Storage);
        }
        self.counts.ends(state);
        let task_id = task.map(|task| task.task_id.clone()).or_else(|| error.task_id().cloned());
        let mut end = self.end(&open.row, state, task_id.as_ref(), task, &[]);
        let failure = tools.known.failure(error, None);
        end.result.error = failure.object(None).get("error").cloned();
        if !self.is_stopped() {
            tools.output.tell(&format!("line {}: {}", open.row.line, failure.error));
        }
        self.first.get_or_insert(failure);
        end
    }

    fn unsent(&mut self, row: &Row) -> RowEnd {
        self.counts.was_there(RowState::Unsent);
        self.end(row, RowState::Unsent, None, None, &[])
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
