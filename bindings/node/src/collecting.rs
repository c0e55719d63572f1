//! What is unfinished, collected one by one.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use zoomout_binding::Collecting;

use crate::client::NativeJob;
use crate::failure::thrown;
use crate::hear::Hear;

/// What `collect` stands on.
#[napi]
pub struct NativeCollecting {
    collecting: Collecting,
    hear: Arc<Hear>,
}

impl NativeCollecting {
    pub(crate) const fn new(collecting: Collecting, hear: Arc<Hear>) -> Self {
        Self { collecting, hear }
    }
}

#[napi]
impl NativeCollecting {
    /// Collects the next one. It is told under this number as JSON: `null` after the last.
    #[napi(catch_unwind)]
    pub fn start(&self, number: f64) -> Result<NativeJob> {
        let hear = Arc::clone(&self.hear);
        let next = self.collecting.next(move |end| hear.end(number, end));
        next.map(NativeJob).map_err(|error| thrown(&error))
    }

    /// Stops it.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.collecting.cancel();
    }
}
