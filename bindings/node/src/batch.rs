//! Many zooms: what `zoomMany` stands on.

use std::sync::Arc;
use std::time::Duration;

use napi_derive::napi;
use zoomout::{Batch, Event};
use zoomout_binding::{Answer, End, end_of, json, told};

use crate::hear::Hear;
use crate::request::NativeZoom;

/// Zooms under way, handed out as they end.
#[napi]
pub struct NativeBatch {
    batch: Batch,
    number: f64,
    events: bool,
    hear: Arc<Hear>,
}

/// One of many that has ended.
#[napi(object, object_from_js = false)]
pub struct NativeFinished {
    /// Its place in the input.
    pub index: f64,
    /// The task, as JSON.
    pub task: Option<String>,
    /// The error, as JSON.
    pub error: Option<String>,
    /// The task to acknowledge once this was handed out.
    pub ended: Option<String>,
}

impl NativeBatch {
    pub(crate) const fn new(batch: Batch, number: f64, events: bool, hear: Arc<Hear>) -> Self {
        Self { batch, number, events, hear }
    }
}

#[napi]
impl NativeBatch {
    /// Whether one more may be added.
    #[napi(getter, catch_unwind)]
    pub fn has_room(&self) -> bool {
        self.batch.has_room()
    }

    /// Whether all have been handed out.
    #[napi(getter, catch_unwind)]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Adds a zoom.
    #[napi(catch_unwind)]
    pub fn add(&mut self, zoom: &NativeZoom) {
        let (hear, end, number, events) =
            (Arc::clone(&self.hear), Arc::clone(&self.hear), self.number, self.events);
        let on_event = move |index: usize, event: &Event| {
            hear.warn(event);
            if events {
                hear.event(number, format!("[{index},{}]", told(event)));
            }
        };
        let on_end = move |index: usize| end.end(number, End::from(Ok(Answer::Json(index.to_string()))));
        self.batch.add(zoom.order.clone(), on_event, on_end);
    }

    /// The next result, if there is one.
    #[napi(catch_unwind)]
    pub fn take(&mut self) -> Option<NativeFinished> {
        let finished = self.batch.next_within(Duration::ZERO).ok().flatten()?;
        let index = u32::try_from(finished.index).map_or(f64::INFINITY, f64::from);
        let ended = end_of(&finished.result).map(ToString::to_string);
        Some(match finished.result {
            Ok(task) => NativeFinished { index, task: Some(json(&task)), error: None, ended },
            Err(error) => NativeFinished { index, task: None, error: Some(json(&error)), ended },
        })
    }

    /// Stops all; each is still handed out.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.batch.cancel();
    }
}
