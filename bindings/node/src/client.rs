//! The client.

use std::num::NonZeroUsize;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::Function;
use napi_derive::napi;
use zoomout::{ApiKey, Error, Event, JobHandle};
use zoomout_binding::{Connection, Settings, json};

use crate::ask::NativeAsk;
use crate::batch::NativeBatch;
use crate::failure::{thrown, whole};
use crate::hear::{Hear, News};

/// The settings of a client, loosely typed.
#[napi(object, object_to_js = false)]
pub struct NativeSettings {
    /// The key.
    pub api_key: Option<String>,
    /// The address of the API.
    pub base_url: Option<String>,
    /// The language of messages.
    pub language: Option<String>,
    /// How long to wait in all, in milliseconds.
    pub timeout_ms: Option<f64>,
    /// How long each phase of one call may take, in milliseconds.
    pub call_timeout_ms: Option<f64>,
    /// `never`, `safe` or `eager`.
    pub resubmit: Option<String>,
    /// How many times faster than real time the waits pass, beside an emulator.
    pub pace: Option<f64>,
}

impl TryFrom<NativeSettings> for Settings {
    type Error = Error;

    fn try_from(settings: NativeSettings) -> std::result::Result<Self, Error> {
        let seconds = |millis: f64| millis / 1_000.0;
        Ok(Self {
            api_key: settings.api_key.map(ApiKey::new).transpose()?,
            base_url: settings.base_url,
            language: settings.language,
            timeout: settings.timeout_ms.map(seconds),
            call_timeout: settings.call_timeout_ms.map(seconds),
            resubmit: settings.resubmit,
            pace: settings.pace,
        })
    }
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
    pub fn new(settings: NativeSettings, hear: Function<'_, News, ()>) -> Result<Self> {
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
            if events {
                hear.event(number, json(event));
            }
        };
        let handle = self.connection.start(ask.0.clone(), on_event, move |result| end.end(number, result));
        handle.map(NativeJob).map_err(|error| thrown(&error))
    }

    /// An empty batch of zooms, of which it is told under this number when one has ended.
    #[napi(catch_unwind)]
    pub fn batch(
        &self,
        number: f64,
        window: Option<f64>,
        in_order: bool,
        events: bool,
    ) -> Result<NativeBatch> {
        let batch = size(window).and_then(|window| self.connection.batch(window, in_order));
        let batch = batch.map_err(|error| thrown(&error))?;
        Ok(NativeBatch::new(batch, number, events, Arc::clone(&self.hear)))
    }
}

fn size(window: Option<f64>) -> std::result::Result<Option<NonZeroUsize>, Error> {
    let Some(number) = window else { return Ok(None) };
    let size = usize::try_from(whole("window", number)?).ok().and_then(NonZeroUsize::new);
    size.map(Some).ok_or_else(|| Error::invalid("window", format_args!("must be 1 or more, got {number}")))
}

/// A job under way.
#[napi]
pub struct NativeJob(JobHandle);

#[napi]
impl NativeJob {
    /// Stops waiting; the end is told as always.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
