//! Many zooms as an iterator of results.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use zoomout_core::{Error, Event, Task};

use super::errand::Work;
use super::{Dispatcher, Limits};
use crate::client::Client;

/// So many zooms run at a time, unless [`ZoomMany::window`] says otherwise.
const WINDOW: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

type Heard = Arc<dyn Fn(usize, &Event) + Send + Sync>;
type Ended = (usize, Result<Task, Error>);

/// A zoom that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished {
    /// Which one of the input, from 0.
    pub index: usize,
    /// How it ended.
    pub result: Result<Task, Error>,
}

/// The results of many zooms, as they end. Made by [`Client::zoom_many`].
///
/// Nothing is submitted before the first result is asked for. The input may be endless: it is read only as
/// far as there is room in the [window](Self::window). Cancelling the client's token stops all; what has not
/// been read is not submitted, and each that had been ends with an error that names its task. So does
/// dropping this, but then nobody hears of the tasks.
#[must_use = "nothing is submitted before the first result is asked for"]
pub struct ZoomMany<I: Iterator> {
    client: Client,
    input: I,
    limits: Limits,
    window: NonZeroUsize,
    in_order: bool,
    heard: Option<Heard>,
    running: Option<Running>,
}

struct Running {
    dispatcher: Dispatcher,
    sender: Sender<Ended>,
    receiver: Receiver<Ended>,
    /// How many were read from the input.
    read: usize,
    /// How many have ended and were handed out.
    handed_out: usize,
    /// Those that have ended before their turn.
    early: BTreeMap<usize, Result<Task, Error>>,
    exhausted: bool,
}

impl<I: Iterator> std::fmt::Debug for ZoomMany<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let running = self.running.as_ref();
        f.debug_struct("ZoomMany")
            .field("limits", &self.limits)
            .field("window", &self.window)
            .field("read", &running.map_or(0, |running| running.read))
            .field("handed_out", &running.map_or(0, |running| running.handed_out))
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Zooms many pictures at once and yields the results as they end. Each accepted one **costs money**.
    ///
    /// The input may hold zooms, upscales, or the ids of tasks to wait for.
    ///
    /// ```no_run
    /// # let ids: Vec<String> = Vec::new();
    /// use zoomout::{Client, TaskId, Zoom};
    ///
    /// let client = Client::from_env()?;
    /// let parents: Vec<TaskId> = ids.into_iter().map(TaskId::new).collect::<Result<_, _>>()?;
    /// for finished in client.zoom_many(parents.into_iter().map(|parent| Zoom::by_ratio(parent, None))) {
    ///     match finished.result {
    ///         Ok(task) => println!("{}: {:?}", finished.index, client.download(&task, "pictures/")?),
    ///         Err(error) => eprintln!("{}: {error}; billed: {}", finished.index, error.billed()),
    ///     }
    /// }
    /// # Ok::<(), zoomout::Error>(())
    /// ```
    pub fn zoom_many<I>(&self, input: I) -> ZoomMany<I::IntoIter>
    where
        I: IntoIterator<Item: Into<Work>>,
    {
        ZoomMany {
            client: self.clone(),
            input: input.into_iter(),
            limits: Limits::default(),
            window: WINDOW,
            in_order: false,
            heard: self
                .observer
                .clone()
                .map(|observer| -> Heard { Arc::new(move |_, event| observer(event)) }),
            running: None,
        }
    }
}

impl<I: Iterator<Item: Into<Work>>> ZoomMany<I> {
    /// Other limits of what is in flight.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many may be under way at a time, those that wait for their turn to be handed out included.
    pub fn window(mut self, window: NonZeroUsize) -> Self {
        self.window = window;
        self
    }

    /// Yields the results in the order of the input.
    pub fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// Hears the events of each, by its place in the input, in place of the client's own observer. Called
    /// on other threads.
    pub fn observed_by(mut self, heard: impl Fn(usize, &Event) + Send + Sync + 'static) -> Self {
        self.heard = Some(Arc::new(heard));
        self
    }

    fn start(&self) -> Result<Running, Error> {
        let dispatcher = Dispatcher::new(&self.client, self.limits)?;
        let (sender, receiver) = channel();
        Ok(Running {
            dispatcher,
            sender,
            receiver,
            read: 0,
            handed_out: 0,
            early: BTreeMap::new(),
            exhausted: false,
        })
    }
}

impl Running {
    fn fill<I: Iterator<Item: Into<Work>>>(&mut self, input: &mut I, window: usize, heard: Option<&Heard>) {
        while !self.exhausted && self.read - self.handed_out < window {
            let Some(next) = input.next() else {
                self.exhausted = true;
                return;
            };
            let index = self.read;
            self.read += 1;
            let (sender, heard) = (self.sender.clone(), heard.cloned());
            let on_event = move |event: &Event| {
                if let Some(heard) = &heard {
                    heard(index, event);
                }
            };
            // Nobody receives any more: then nobody wants to know.
            self.dispatcher.spawn(next, on_event, move |result| drop(sender.send((index, result))));
        }
    }

    /// The next one that has ended, if that happens in time; nothing at the end.
    fn next(&mut self, in_order: bool, patience: Duration) -> Result<Option<Finished>, NotYet> {
        while self.handed_out < self.read {
            if let Some(result) = self.early.remove(&self.handed_out) {
                let index = self.handed_out;
                self.handed_out += 1;
                return Ok(Some(Finished { index, result }));
            }
            let (index, result) = match self.receiver.recv_timeout(patience) {
                Ok(ended) => ended,
                Err(RecvTimeoutError::Timeout) => return Err(NotYet),
                // This holds a sender itself.
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            if !in_order {
                self.handed_out += 1;
                return Ok(Some(Finished { index, result }));
            }
            self.early.insert(index, result);
        }
        Ok(None)
    }
}

/// None has ended in time; ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotYet;

impl<I: Iterator<Item: Into<Work>>> ZoomMany<I> {
    /// The next result, if one comes in time; nothing at the end. For those who have something else to look
    /// after while they wait.
    ///
    /// # Errors
    /// [`NotYet`] if none came in time.
    pub fn next_within(&mut self, patience: Duration) -> Result<Option<Finished>, NotYet> {
        if self.running.is_none() {
            match self.start() {
                Ok(running) => self.running = Some(running),
                Err(error) => {
                    // The first of the input bears the bad news; the rest is not read.
                    return Ok(self.input.next().map(|_| Finished { index: 0, result: Err(error) }));
                }
            }
        }
        let Some(running) = self.running.as_mut() else { return Ok(None) };
        let _guard = running.dispatcher.stopped_by(&self.client.cancel);
        running.exhausted |= self.client.cancel.is_cancelled();
        running.fill(&mut self.input, self.window.get(), self.heard.as_ref());
        if self.client.cancel.is_cancelled() {
            // It may have come while some were being spawned.
            drop(running.dispatcher.cancel_all());
        }
        running.next(self.in_order, patience)
    }
}

impl<I: Iterator<Item: Into<Work>>> Iterator for ZoomMany<I> {
    type Item = Finished;

    fn next(&mut self) -> Option<Finished> {
        loop {
            if let Ok(next) = self.next_within(Duration::from_secs(3_600)) {
                return next;
            }
        }
    }
}
