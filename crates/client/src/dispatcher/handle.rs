//! The hold of a client on its engine.

use std::sync::Arc;

use zoomout_core::Instant;

use super::chore::Class;
use super::engine::Engine;
use super::limits::Limits;
use super::permit::Permit;
use crate::cancel::CancelToken;
use crate::clock::Clock;

/// Held by everybody who can ask something of an engine. The engine ends with the last handle from outside.
#[derive(Clone, Debug)]
pub(crate) struct EngineHandle {
    engine: Arc<Engine>,
    /// Nothing in what the engine itself works on: that must not keep it alive.
    owner: Option<Arc<Owner>>,
}

#[derive(Debug)]
struct Owner(Arc<Engine>);

impl EngineHandle {
    /// That of a new engine.
    pub(crate) fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        let engine = Engine::new(clock, limits);
        Self { owner: Some(Arc::new(Owner(Arc::clone(&engine)))), engine }
    }

    /// One for what the engine works on.
    pub(crate) fn inside(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), owner: None }
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Waits for leave to make a call; nothing if `until` has come before that, or `cancel` was cancelled. What
    /// the engine works on has leave already.
    pub(crate) fn admit(&self, class: Class, until: Instant, cancel: &CancelToken) -> Option<Permit> {
        match self.owner {
            Some(_) => self.engine.admit(class, until, cancel),
            None => Some(Permit::inside(&self.engine)),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.end();
    }
}
