//! Many zooms, added one by one and handed out as they end.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use zoomout_core::{Error, Event, Task, TaskId};

use super::Dispatcher;
use super::work::Work;
use crate::client::{Client, end_of};
use crate::line::Line;

/// So many zooms may be under way at a time if nobody says otherwise.
const WINDOW: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// The end of one of many zooms.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished {
    /// Its place in the input, from 0.
    pub index: usize,
    /// What was asked for.
    pub request: Work,
    /// How it ended.
    pub result: Result<Task, Error>,
}

/// None has ended in time; ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet;

/// Many zooms under way: what [`ZoomMany`](crate::ZoomMany) stands on, for those whose input does not come
/// from an iterator.
///
/// A result counts as handed out once the next one is asked for: until then, and whatever ends the loop before that,
/// it is among the [unfinished](Client::unfinished). Dropping it stops all; the tasks go on at the server.
#[derive(Debug)]
pub struct Batch {
    dispatcher: Dispatcher,
    line: Arc<Line>,
    /// The task whose end was handed out last.
    last: Option<TaskId>,
    window: NonZeroUsize,
    in_order: bool,
    acknowledges: bool,
    sender: Sender<Finished>,
    receiver: Receiver<Finished>,
    added: usize,
    handed_out: usize,
    /// Those that wait until it is their turn to be handed out.
    early: BTreeMap<usize, Finished>,
}

impl Batch {
    /// An empty one. See [`Dispatcher::new`] for what it takes from the client.
    pub fn new(client: &Client) -> Self {
        let (sender, receiver) = channel();
        Self {
            dispatcher: Dispatcher::new(client),
            line: Arc::clone(&client.line),
            last: None,
            window: WINDOW,
            in_order: false,
            acknowledges: true,
            sender,
            receiver,
            added: 0,
            handed_out: 0,
            early: BTreeMap::new(),
        }
    }

    /// How many may be under way at a time, those that wait for their turn to be handed out included; 32 if
    /// nobody says otherwise.
    #[must_use]
    pub fn window(self, window: NonZeroUsize) -> Self {
        Self { window, ..self }
    }

    /// Hands the results out in the order of the input.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self { in_order: true, ..self }
    }

    /// Results count as handed out once somebody says so with [`Client::acknowledge`], and not when the next one is
    /// asked for. For those who hand them on, and may fail to.
    #[must_use]
    pub fn unacknowledged(self) -> Self {
        Self { acknowledges: false, ..self }
    }

    /// Whether the window has room for one more.
    pub fn has_room(&self) -> bool {
        self.added - self.handed_out < self.window.get()
    }

    /// Whether all that were added have been handed out.
    pub fn is_empty(&self) -> bool {
        self.added == self.handed_out
    }

    /// Adds one, and tells its place. Submitting **costs money** once accepted. `on_event` and `on_end` hear its
    /// place on other threads; the result can be had just before `on_end` is called.
    pub fn add(
        &mut self,
        work: impl Into<Work>,
        mut on_event: impl FnMut(usize, &Event) + Send + 'static,
        on_end: impl FnOnce(usize) + Send + 'static,
    ) -> usize {
        let index = self.added;
        self.added += 1;
        let (sender, work) = (self.sender.clone(), work.into());
        let request = work.clone();
        let end = move |result| {
            // Nobody receives any more: then the ledger keeps it.
            drop(sender.send(Finished { index, request, result }));
            on_end(index);
        };
        self.dispatcher.spawn_unacknowledged(work, move |event| on_event(index, event), end);
        index
    }

    /// The next result, if one comes in time; nothing where none is under way.
    ///
    /// # Errors
    /// [`NotYet`] if none came in time.
    pub fn next_within(&mut self, patience: Duration) -> Result<Option<Finished>, NotYet> {
        if let Some(task_id) = self.last.take() {
            self.line.acknowledge(&task_id);
        }
        let next = self.receive(patience)?;
        let last = next.as_ref().filter(|_| self.acknowledges);
        self.last = last.and_then(|finished| end_of(&finished.result)).cloned();
        Ok(next)
    }

    fn receive(&mut self, patience: Duration) -> Result<Option<Finished>, NotYet> {
        while !self.is_empty() {
            if let Some(finished) = self.early.remove(&self.handed_out) {
                self.handed_out += 1;
                return Ok(Some(finished));
            }
            let finished = match self.receiver.recv_timeout(patience) {
                Ok(finished) => finished,
                Err(RecvTimeoutError::Timeout) => return Err(NotYet),
                // This holds a sender itself.
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            if !self.in_order {
                self.handed_out += 1;
                return Ok(Some(finished));
            }
            self.early.insert(finished.index, finished);
        }
        Ok(None)
    }

    /// Stops all that are under way, and hands back everything that was not handed out, whether it ended or not,
    /// within `patience`: each with what was asked for, and its task where that is known. All that may be billed of it
    /// is among the [unfinished](Client::unfinished).
    pub fn stop(mut self, patience: Duration) -> Vec<Finished> {
        self.cancel();
        let until = Instant::now().checked_add(patience);
        let mut unfinished = Vec::new();
        while !self.is_empty() {
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            let Ok(Some(finished)) = self.receive(left) else { break };
            unfinished.push(finished);
        }
        unfinished
    }

    /// Stops all that are under way; each is still handed out, with an error that names its task.
    pub fn cancel(&self) {
        drop(self.dispatcher.cancel_all());
    }

    pub(super) fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
}
