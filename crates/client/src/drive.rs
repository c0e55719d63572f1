//! Runs a machine on the thread of whoever waits for it: the one blocking loop.

use std::sync::Arc;
use std::time::Duration;

use zoomout_core::{Error, ErrorKind, Event, Instant, Machine, Policy};

use crate::cancel::CancelToken;
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::contained::contained;
use crate::dispatcher::{Class, ClockPanicked, EngineHandle, Next};
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
    /// When everything must have ended, whatever the policy of a single call allows.
    pub(crate) until: Option<Instant>,
}

impl Driver {
    /// Makes a machine of this policy, and runs it to its end.
    pub(crate) fn drive<M: Machine>(
        &self,
        policy: Policy,
        begin: impl FnOnce(Policy, Instant) -> M,
        carrier: impl Carrier<M>,
    ) -> Result<M::Output, Error> {
        let now = contained(|| self.clock.now()).ok_or_else(|| {
            Error::unsent(ErrorKind::Cancelled, "the clock panicked before anything was sent")
        })?;
        let left = self.until.map_or(Duration::MAX, |until| until - now);
        let machine = begin(policy.deadline(policy.deadline.min(left)), now);
        let observer = self.observer.clone();
        let hear = move |event: &Event| {
            if let Some(observer) = &observer {
                observer(event);
            }
        };
        let mut errand =
            Errand::new(Life::Going(machine), carrier, &self.clock, &self.cancel, Box::new(hear));
        loop {
            let class = errand.class();
            let admit = |engine: &EngineHandle| engine.admit(class, errand.deadline(), &self.cancel);
            let (mut permit, place) = match self.engine.as_ref().map(admit) {
                None => (None, class),
                Some(Ok(None)) => (None, Class::Overdue),
                Some(Ok(permit)) => (permit, class),
                Some(Err(ClockPanicked)) => (None, Class::Adrift),
            };
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
