//! Many zooms as an iterator of results.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Event;

use super::batch::{Batch, Finished};
use super::work::Work;
use crate::client::Client;

type Heard = Arc<dyn Fn(usize, &Event) + Send + Sync>;

/// The results of many zooms, as they end. Made by [`Client::zoom_many`].
///
/// Nothing is submitted before the first result is asked for. The input may be endless: it is read only as
/// far as there is room in the [window](Self::window). Cancelling the client's token stops all; what has not
/// been read is not submitted, and each that had been ends with an error that names its task. Leaving the loop early
/// loses nothing: what was paid for and not handed out is among the [unfinished](Client::unfinished), the last result
/// included, and [`stop`](Self::stop) hands it back.
#[must_use = "nothing is submitted before the first result is asked for"]
pub struct ZoomMany<I: Iterator> {
    client: Client,
    input: I,
    window: Option<NonZeroUsize>,
    in_order: bool,
    acknowledges: bool,
    heard: Option<Heard>,
    batch: Option<Batch>,
    exhausted: bool,
}

impl<I: Iterator> fmt::Debug for ZoomMany<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZoomMany")
            .field("batch", &self.batch)
            .field("exhausted", &self.exhausted)
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
            window: None,
            in_order: false,
            acknowledges: true,
            heard: self
                .driver
                .observer
                .clone()
                .map(|observer| -> Heard { Arc::new(move |_, event| observer(event)) }),
            batch: None,
            exhausted: false,
        }
    }
}

impl<I: Iterator<Item: Into<Work>>> ZoomMany<I> {
    /// How many may be under way at a time; see [`Batch::window`].
    pub fn window(mut self, window: NonZeroUsize) -> Self {
        self.window = Some(window);
        self
    }

    /// Yields the results in the order of the input.
    pub fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// As [`Batch::unacknowledged`].
    pub(crate) fn unacknowledged(mut self) -> Self {
        self.acknowledges = false;
        self
    }

    /// Hears the events of each, by its place in the input, in place of the client's own observer. Called
    /// on other threads.
    pub fn observed_by(mut self, heard: impl Fn(usize, &Event) + Send + Sync + 'static) -> Self {
        self.heard = Some(Arc::new(heard));
        self
    }

    /// Stops all that are under way, submits nothing more, and hands back what was not handed out; see
    /// [`Batch::stop`].
    pub fn stop(self, patience: Duration) -> Vec<Finished> {
        self.batch.map_or_else(Vec::new, |batch| batch.stop(patience))
    }

    fn start(&self) -> Batch {
        let mut batch = Batch::new(&self.client);
        if let Some(window) = self.window {
            batch = batch.window(window);
        }
        if self.in_order {
            batch = batch.in_order();
        }
        if self.acknowledges { batch } else { batch.unacknowledged() }
    }
}

impl<I: Iterator<Item: Into<Work>>> Iterator for ZoomMany<I> {
    type Item = Finished;

    fn next(&mut self) -> Option<Finished> {
        if self.batch.is_none() {
            self.batch = Some(self.start());
        }
        let batch = self.batch.as_mut()?;
        let _guard = batch.dispatcher().stopped_by(&self.client.driver.cancel);
        while !self.exhausted && !self.client.driver.cancel.is_cancelled() && batch.has_room() {
            let Some(work) = self.input.next() else {
                self.exhausted = true;
                break;
            };
            // What is read after somebody cancelled is not begun; the group takes care of the rest.
            if self.client.driver.cancel.is_cancelled() {
                break;
            }
            let heard = self.heard.clone();
            let on_event = move |index, event: &Event| {
                if let Some(heard) = &heard {
                    heard(index, event);
                }
            };
            batch.add(work, on_event, |_| {});
        }
        if self.client.driver.cancel.is_cancelled() {
            self.exhausted = true;
            // It may have come while some were being spawned.
            batch.cancel();
        }
        loop {
            if let Ok(next) = batch.next_within(Duration::from_secs(3_600)) {
                return next;
            }
        }
    }
}
