//! A client that outlives a fork.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use zoomout::{Batch, Client, Dispatcher, Error, Event, JobHandle};

use crate::ask::{Answer, Ask};
use crate::each_process::EachProcess;
use crate::left_behind::LeftBehind;
use crate::settings::Settings;

/// A client with its dispatcher.
///
/// A forked process has the memory of its parent, but none of its threads, and must not use its
/// connections: there, all is made anew.
pub struct Connection {
    settings: Settings,
    made: EachProcess<Made>,
}

struct Made {
    client: Client,
    dispatcher: Dispatcher,
    left_behind: LeftBehind,
}

impl Made {
    fn by(settings: &Settings) -> Result<Self, Error> {
        let left_behind = LeftBehind::default();
        let ear = left_behind.clone();
        let client = settings.clone().builder()?.on_detached(move |detached| ear.hear(detached)).build()?;
        Ok(Self { dispatcher: Dispatcher::new(&client), client, left_behind })
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

    /// The dispatcher of this process.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn dispatcher(&self) -> Result<&Dispatcher, Error> {
        Ok(&self.here()?.dispatcher)
    }

    /// Asks on the threads of the dispatcher.
    ///
    /// # Errors
    /// As [`dispatcher`](Self::dispatcher); all others are told to `on_end`.
    pub fn start(
        &self,
        ask: Ask,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: impl FnOnce(Result<Answer, Error>) + Send + 'static,
    ) -> Result<JobHandle, Error> {
        Ok(ask.start(self.dispatcher()?, on_event, on_end))
    }

    /// An empty batch.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn batch(&self, window: Option<NonZeroUsize>, in_order: bool) -> Result<Batch, Error> {
        let mut batch = Batch::new(self.client()?);
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
        let (client, left_behind) = (made.client.clone(), made.left_behind.clone());
        Ok(move || left_behind.wait(&client, patience))
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
