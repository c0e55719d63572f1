//! Many zooms, added one by one and handed out as they end.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use zoomout_core::{Error, Event, Task};

use super::Dispatcher;
use super::work::Work;
use crate::client::Client;

/// So many zooms may be under way at a time if nobody says otherwise.
const WINDOW: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

/// The end of one of many zooms.
#[derive(Debug)]
pub struct Finished {
    /// Its place in the input, from 0.
    pub index: usize,
    /// How it ended.
    pub result: Result<Task, Error>,
}

/// None has ended in time; ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet;

/// Many zooms under way: what [`ZoomMany`](crate::ZoomMany) stands on, for those whose input does not come
/// from an iterator.
///
/// Dropping it stops all; the tasks go on at the server.
#[derive(Debug)]
pub struct Batch {
    dispatcher: Dispatcher,
    window: NonZeroUsize,
    in_order: bool,
    sender: Sender<Finished>,
    receiver: Receiver<Finished>,
    added: usize,
    handed_out: usize,
    /// Those that wait until it is their turn to be handed out.
    early: BTreeMap<usize, Result<Task, Error>>,
}

impl Batch {
    /// An empty one. See [`Dispatcher::new`] for what it takes from the client.
    pub fn new(client: &Client) -> Self {
        let (sender, receiver) = channel();
        Self {
            dispatcher: Dispatcher::new(client),
            window: WINDOW,
            in_order: false,
            sender,
            receiver,
            added: 0,
            handed_out: 0,
            early: BTreeMap::new(),
        }
    }

    /// How many may be under way at a time, those that wait for their turn to be handed out included; 1,000
    /// if nobody says otherwise.
    #[must_use]
    pub fn window(self, window: NonZeroUsize) -> Self {
        Self { window, ..self }
    }

    /// Hands the results out in the order of the input.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self { in_order: true, ..self }
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
        let sender = self.sender.clone();
        let end = move |result| {
            // Nobody receives any more: then nobody wants to know.
            drop(sender.send(Finished { index, result }));
            on_end(index);
        };
        self.dispatcher.spawn(work, move |event| on_event(index, event), end);
        index
    }

    /// The next result, if one comes in time; nothing where none is under way.
    ///
    /// # Errors
    /// [`NotYet`] if none came in time.
    pub fn next_within(&mut self, patience: Duration) -> Result<Option<Finished>, NotYet> {
        while !self.is_empty() {
            if let Some(result) = self.early.remove(&self.handed_out) {
                let index = self.handed_out;
                self.handed_out += 1;
                return Ok(Some(Finished { index, result }));
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
            self.early.insert(finished.index, finished.result);
        }
        Ok(None)
    }

    /// Stops all that are under way; each is still handed out, with an error that names its task.
    pub fn cancel(&self) {
        drop(self.dispatcher.cancel_all());
    }

    pub(super) fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
}
