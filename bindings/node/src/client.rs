//! The client.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use napi::Result;
use napi::bindgen_prelude::Function;
use napi_derive::napi;
use zoomout::{ApiKey, Batch, Error, ErrorKind, Event, milliseconds};
use zoomout_binding::{Answer, Connection, End, LedgerFile, Settings, UnderWay, json, told};

use crate::ask::{NativeAsk, named, target};
use crate::batch::NativeBatch;
use crate::collecting::NativeCollecting;
use crate::failure::thrown;
use crate::hear::{Hear, News};
use crate::loose::{Loose, flag, number, size, text};

/// The settings of a client, loosely typed.
#[napi(object, object_to_js = false)]
pub struct NativeSettings<'a> {
    /// The key.
    pub api_key: Option<Loose<'a>>,
    /// The address of the API.
    pub base_url: Option<Loose<'a>>,
    /// The language of messages.
    pub language: Option<Loose<'a>>,
    /// How long to wait in all, in milliseconds.
    pub timeout_ms: Option<Loose<'a>>,
    /// How long each phase of one call may take, in milliseconds.
    pub call_timeout_ms: Option<Loose<'a>>,
    /// `never`, `safe` or `eager`.
    pub resubmit: Option<Loose<'a>>,
    /// The file in which it is written down what was submitted.
    pub ledger: Option<Loose<'a>>,
    /// How many times faster than real time the waits pass, beside an emulator.
    pub pace: Option<f64>,
}

impl TryFrom<NativeSettings<'_>> for Settings {
    type Error = Error;

    fn try_from(settings: NativeSettings<'_>) -> std::result::Result<Self, Error> {
        // Of what is given in place of a key nothing is shown.
        let key = text("api_key", settings.api_key).map_err(|_| Error::invalid("api_key", "must be text"))?;
        Ok(Self {
            api_key: key.map(ApiKey::new).transpose()?,
            base_url: text("base_url", settings.base_url)?,
            language: text("language", settings.language)?,
            timeout: span("timeoutMs", settings.timeout_ms)?,
            call_timeout: span("callTimeoutMs", settings.call_timeout_ms)?,
            resubmit: text("resubmit", settings.resubmit)?,
            ledger: text("ledger", settings.ledger)?.map(|path| LedgerFile::new(path.into())).transpose()?,
            pace: settings.pace,
        })
    }
}

/// A span of time in seconds, refused in the words of whoever wrote milliseconds.
fn span(name: &'static str, value: Option<Loose<'_>>) -> std::result::Result<Option<f64>, Error> {
    let span = number(name, value)?.map(|number| milliseconds(name, number)).transpose()?;
    Ok(span.map(|span| span.as_secs_f64()))
}

/// What `Client` stands on. Calls have numbers, by which `hear` is told of their events and ends.
#[napi]
pub struct NativeClient {
    connection: Connection,
    hear: Arc<Hear>,
}

#[napi]
impl NativeClient {
    /// A client with these settings.
    #[napi(constructor, catch_unwind)]
    pub fn new(settings: NativeSettings<'_>, hear: Function<'_, News, ()>) -> Result<Self> {
        let connection = settings.try_into().and_then(Connection::new).map_err(|error| thrown(&error))?;
        Ok(Self { connection, hear: Arc::new(Hear::new(&hear)?) })
    }

    /// The address of the API.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> Result<String> {
        let client = self.connection.client().map_err(|error| thrown(&error))?;
        Ok(client.base_url().as_str().to_owned())
    }

    /// Asks. The end is told under this number, and so are the events before it if they are wanted.
    #[napi(catch_unwind)]
    pub fn start(&self, number: f64, ask: &NativeAsk, events: bool) -> Result<NativeJob> {
        let (hear, end) = (Arc::clone(&self.hear), Arc::clone(&self.hear));
        let on_event = move |event: &Event| {
            hear.warn(event);
            if events {
                hear.event(number, told(event));
            }
        };
        let under_way = self.connection.start(ask.0.clone(), on_event, move |ended| end.end(number, ended));
        under_way.map(NativeJob).map_err(|error| thrown(&error))
    }

    /// The end of this task has reached whoever asked for it.
    #[napi(catch_unwind)]
    pub fn acknowledge(&self, task_id: Option<Loose<'_>>) -> Result<()> {
        self.connection.acknowledge(named(task_id)?).map_err(|error| thrown(&error))
    }

    /// Collects what is unfinished in this folder, one by one.
    #[napi(catch_unwind)]
    pub fn collect(&self, folder: Option<Loose<'_>>) -> Result<NativeCollecting> {
        let collecting = self.connection.collect(target(folder)?).map_err(|error| thrown(&error))?;
        Ok(NativeCollecting::new(collecting, Arc::clone(&self.hear)))
    }

    /// What became of those that were left behind and have come to their end, as JSON.
    #[napi(catch_unwind)]
    pub fn settled(&self) -> Result<String> {
        self.connection.settled().map_err(|error| thrown(&error))
    }

    /// Waits for what was left behind. Under this number a list is told: on one line what became of each that nobody
    /// was told of yet.
    #[napi(catch_unwind)]
    pub fn settle(&self, call: f64, timeout_ms: Option<Loose<'_>>) -> Result<()> {
        let span = number("timeoutMs", timeout_ms)
            .and_then(|span| milliseconds("timeoutMs", span.unwrap_or(f64::NAN)));
        let settling = span.and_then(|span| self.connection.settling(span));
        let (settling, hear) = (settling.map_err(|error| thrown(&error))?, Arc::clone(&self.hear));
        let wait = move || hear.end(call, End::from(Ok(Answer::Json(json(&settling())))));
        thread::Builder::new().name("zoomout".to_owned()).spawn(wait).map(drop).map_err(|error| {
            let problem = Error::unsent(ErrorKind::Storage, "this machine has no thread left");
            thrown(&problem.caused_by(&error))
        })
    }

    /// An empty batch of zooms, of which it is told under this number when one has ended.
    #[napi(catch_unwind)]
    pub fn batch(
        &self,
        number: f64,
        window: Option<Loose<'_>>,
        in_order: Option<Loose<'_>>,
        events: bool,
    ) -> Result<NativeBatch> {
        let batch = self.empty(window, in_order).map_err(|error| thrown(&error))?;
        Ok(NativeBatch::new(batch, number, events, Arc::clone(&self.hear)))
    }
}

impl NativeClient {
    fn empty(
        &self,
        window: Option<Loose<'_>>,
        in_order: Option<Loose<'_>>,
    ) -> std::result::Result<Batch, Error> {
        let window = size("window", window)?.map(|window: usize| {
            NonZeroUsize::new(window).ok_or_else(|| Error::invalid("window", "must be 1 or more, got 0"))
        });
        self.connection.batch(window.transpose()?, flag("inOrder", in_order)?.unwrap_or_default())
    }
}

/// A job under way.
#[napi]
pub struct NativeJob(pub(crate) UnderWay);

#[napi]
impl NativeJob {
    /// Stops waiting; the end is told as always.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
