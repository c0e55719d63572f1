//! Leave to make one call.

use std::sync::Arc;

use super::chore::{Class, Reception};
use super::engine::Engine;

/// Leave to make one call of its class. Its place is free again when this is dropped.
#[derive(Debug)]
#[must_use = "the place is free again as soon as this is dropped"]
pub(crate) struct Permit {
    engine: Arc<Engine>,
    class: Class,
    reception: Reception,
}

impl Permit {
    /// For somebody who has passed the gate.
    pub(super) fn new(engine: &Arc<Engine>, class: Class) -> Self {
        Self { engine: Arc::clone(engine), class, reception: Reception::Other }
    }

    /// For a call that stays out after whoever made it has left, and given back its own.
    pub(crate) fn for_one_left_behind(engine: &Arc<Engine>, class: Class) -> Self {
        engine.enter().scheduler.gate.stay_out(class);
        Self::new(engine, class)
    }

    /// Gives the place back, and tells what the answer says about the server.
    pub(crate) fn heard(mut self, reception: Reception) {
        self.reception = reception;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.class.calls() {
            return;
        }
        let mut state = self.engine.enter();
        let now = state.now;
        state.scheduler.gate.come_back(self.class, self.reception, now);
        self.engine.stir(&mut state);
    }
}
