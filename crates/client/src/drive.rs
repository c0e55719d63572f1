//! Runs a machine on the thread of whoever waits for it: the one blocking loop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use zoomout_core::{Error, ErrorKind, Event, Instant, Machine};

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::dispatcher::{Class, EngineHandle, Next};
use crate::errand::{Errand, Life};

/// Hears what happens.
pub(crate) type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// Whoever waits: by which clock, until who cancels, and who is told meanwhile.
#[derive(Clone)]
pub(crate) struct Driver {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cancel: CancelToken,
    pub(crate) observer: Option<Observer>,
    /// Whose limits it keeps to, if there are any.
    pub(crate) engine: Option<EngineHandle>,
}

impl Driver {
    /// Makes a machine, and runs it to its end.
    pub(crate) fn drive<M: Machine>(
        &self,
        begin: impl FnOnce(Instant) -> M,
        exchange: impl FnMut(M::Call, Instant, &CancelToken) -> M::Reply,
    ) -> Result<M::Output, Error> {
        let now = catch_unwind(AssertUnwindSafe(|| self.clock.now())).map_err(|_| {
            Error::unsent(ErrorKind::Cancelled, "the clock panicked before anything was sent")
        })?;
        let observer = self.observer.clone();
        let hear = move |event: &Event| {
            if let Some(observer) = &observer {
                observer(event);
            }
        };
        let mut errand =
            Errand::new(Life::Going(begin(now)), exchange, &self.clock, &self.cancel, Box::new(hear));
        loop {
            let class = errand.class();
            let admit = |engine: &EngineHandle| engine.admit(class, errand.deadline(), &self.cancel);
            let mut permit = self.engine.as_ref().and_then(admit);
            let place = if self.engine.is_some() && permit.is_none() { Class::Overdue } else { class };
            let next = errand.turn(place, &mut |reception| {
                if let Some(permit) = permit.take() {
                    permit.heard(reception);
                }
            });
            drop(permit);
            match next {
                Next::Again(turn) => errand.rest(turn.at),
                Next::Ended => return errand.into_result(),
            }
        }
    }
}
