//! Runs a machine on the thread of whoever waits for it: the one blocking loop.

use std::sync::Arc;

use zoomout_core::{Error, Event, Instant, Machine};

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::dispatcher::{EngineHandle, Next};
use crate::errand::Errand;

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
    /// Runs a machine, which gives up at `deadline`, to its end.
    pub(crate) fn drive<M: Machine>(
        &self,
        machine: M,
        deadline: Instant,
        exchange: impl FnMut(M::Call, Instant, &CancelToken) -> M::Reply,
    ) -> Result<M::Output, Error> {
        let observer = self.observer.clone();
        let hear = move |event: &Event| {
            if let Some(observer) = &observer {
                observer(event);
            }
        };
        let mut errand = Errand::of(machine, exchange, &self.clock, &self.cancel, Box::new(hear));
        loop {
            let class = errand.class();
            let mut permit =
                self.engine.as_ref().and_then(|engine| engine.admit(class, deadline, &self.cancel));
            let place = (self.engine.is_none() || permit.is_some()).then_some(class);
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
