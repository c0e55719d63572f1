//! The hold of a client on its engine.

use std::sync::Arc;

use zoomout_core::Instant;

use super::chore::Class;
use super::engine::{ClockPanicked, Engine};
use super::limits::Limits;
use super::permit::Permit;
use crate::cancel::CancelToken;
use crate::clock::Clock;

/// Held by everybody who can ask something of an engine. The engine ends with the last one.
#[derive(Clone, Debug)]
pub(crate) struct EngineHandle {
    engine: Arc<Engine>,
    /// What the engine works on must not hold one: it would keep itself alive.
    _owner: Arc<Owner>,
}

#[derive(Debug)]
struct Owner(Arc<Engine>);

impl EngineHandle {
    /// That of a new engine.
    pub(crate) fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        let engine = Engine::new(clock, limits);
        Self { _owner: Arc::new(Owner(Arc::clone(&engine))), engine }
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Waits for leave to make a call; nothing if `until` has come before that, or `cancel` was cancelled.
    ///
    /// # Errors
    /// If the clock panics meanwhile.
    pub(crate) fn admit(
        &self,
        class: Class,
        until: Instant,
        cancel: &CancelToken,
    ) -> Result<Option<Permit>, ClockPanicked> {
        self.engine.admit(class, until, cancel)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.end();
    }
}
