//! Runs a machine on the thread of whoever waits for it: the one blocking loop.

use std::sync::Arc;

use zoomout_core::{Error, Event, Instant, Machine};

use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::dispatcher::{Class, Engine, Next};
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
    pub(crate) engine: Option<Arc<Engine>>,
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
            let permit = match &self.engine {
                Some(engine) => engine.admit(class, deadline, &self.cancel).map(Some),
                None => Some(None),
            };
            let (next, reception) = errand.turn(permit.as_ref().map_or(Class::End, |_| class));
            if let Some(Some(permit)) = &permit {
                permit.heard(reception);
            }
            drop(permit);
            match next {
                Next::Again(turn) => errand.rest(turn.at),
                Next::Ended => return errand.into_result(),
            }
        }
    }
}
