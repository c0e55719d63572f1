//! A client that outlives a fork.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use zoomout::{Batch, Client, Dispatcher, Error, Event, TaskId};

use crate::ask::{Ask, End};
use crate::collecting::Collecting;
use crate::each_process::EachProcess;
use crate::handed_out::HandedOut;
use crate::left_behind::LeftBehind;
use crate::own_process::OwnProcess;
use crate::settings::Settings;
use crate::under_way::UnderWay;

/// A client with its dispatcher.
///
/// A forked process has the memory of its parent, but none of its threads, and must not use its connections, those to
/// a ledger among them: there, all is made anew. A ledger in memory is that of the parent and stays with it.
pub struct Connection {
    settings: Settings,
    made: EachProcess<Made>,
}

struct Made {
    client: Client,
    dispatcher: Dispatcher,
    left_behind: LeftBehind,
    handed_out: HandedOut,
}

impl Made {
    fn by(settings: &Settings) -> Result<Self, Error> {
        let left_behind = LeftBehind::default();
        let ear = left_behind.clone();
        let client = settings.clone().builder()?.on_detached(move |detached| ear.hear(detached)).build()?;
        let (dispatcher, handed_out) = (Dispatcher::new(&client), HandedOut::new(client.clone()));
        Ok(Self { client, dispatcher, left_behind, handed_out })
    }
}

impl Connection {
    /// A connection with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// Those of [`Settings::builder`] and of [`ClientBuilder::build`](zoomout::ClientBuilder::build).
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let made = EachProcess::new(Made::by(&settings)?);
        Ok(Self { settings, made })
    }

    /// The client of this process.
    ///
    /// # Errors
    /// As [`new`](Self::new), after a fork.
    pub fn client(&self) -> Result<&Client, Error> {
        Ok(&self.here()?.client)
    }

    /// Asks, and tells `on_event` what happens and `on_end` how it ended, both on other threads.
    ///
    /// # Errors
    /// As [`client`](Self::client), and if there is no thread left; all others are told to `on_end`.
    pub fn start(
        &self,
        ask: Ask,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(End) + Send + 'static,
    ) -> Result<UnderWay, Error> {
        let made = self.here()?;
        ask.start(&made.client, &made.dispatcher, &made.handed_out, on_event, on_end)
    }

    /// Notes that the end of this task has reached whoever asked for it: it is unfinished no more. Takes no time.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn acknowledge(&self, task_id: TaskId) -> Result<(), Error> {
        self.here()?.handed_out.add(task_id);
        Ok(())
    }

    /// Collects what is unfinished in this folder. Nothing is done before the first is asked for.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn collect(&self, folder: PathBuf) -> Result<Collecting, Error> {
        let made = self.here()?;
        Ok(Collecting::new(&made.client, &made.handed_out, folder))
    }

    /// An empty batch, whose results are [acknowledged](Self::acknowledge) one by one.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn batch(&self, window: Option<NonZeroUsize>, in_order: bool) -> Result<Batch, Error> {
        let mut batch = Batch::new(self.client()?).unacknowledged();
        if let Some(window) = window {
            batch = batch.window(window);
        }
        Ok(if in_order { batch.in_order() } else { batch })
    }

    /// How to wait, at most for so long, for the submissions whose callers were stopped while they were on their
    /// way ([`Client::settle`]), and to hear on one line what became of each that nobody was told of yet.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn settling(&self, patience: Duration) -> Result<impl Fn() -> Vec<String> + Send + 'static, Error> {
        let made = self.here()?;
        // A forked process may be left with this, and must not drop the last client of its parent.
        let parts = OwnProcess::new((made.client.clone(), made.left_behind.clone()));
        Ok(move || parts.get().map_or_else(Vec::new, |(client, ends)| ends.wait(client, patience)))
    }

    /// What became of those that have come to their end, as a JSON list; each is handed out once.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn settled(&self) -> Result<String, Error> {
        Ok(self.here()?.left_behind.take())
    }

    fn here(&self) -> Result<&Made, Error> {
        self.made.get_or_make(|| Made::by(&self.settings))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("settings", &self.settings).finish_non_exhaustive()
    }
}
