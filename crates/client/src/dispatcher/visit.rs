//! Passing the gate on one's own thread: what a blocking call does.

use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::Class;
use super::engine::{ClockPanicked, Engine};
use super::gate::Entry;
use super::permit::Permit;
use crate::cancel::CancelToken;

/// A visitor that waits for others looks up so often whether its time is over. Nothing else relies on it.
const GLANCE: Duration = Duration::from_millis(100);

impl Engine {
    /// Waits in line until a call of this class may be made; nothing if `until` has come before that, or
    /// `cancel` was cancelled.
    ///
    /// # Errors
    /// If the clock panics while it waits.
    pub(super) fn admit(
        self: &Arc<Self>,
        class: Class,
        until: Instant,
        cancel: &CancelToken,
    ) -> Result<Option<Permit>, ClockPanicked> {
        let ticket = self.enter().scheduler.gate.join_line(class);
        loop {
            let bell = CancelToken::new();
            let ring = bell.clone();
            let _ringing = cancel.on_cancel(move || ring.cancel());
            let (entry, left) = {
                let mut state = self.enter();
                let now = state.now;
                let entry = state.scheduler.visit(ticket, &bell, now);
                let over = cancel.is_cancelled() || now >= until;
                if over || entry == Entry::Now {
                    let gate = &mut state.scheduler.gate;
                    if over {
                        gate.step_out(ticket, now);
                    } else {
                        gate.pass_visitor(ticket, class, now);
                    }
                    // Jobs may have waited for this one to pass.
                    self.stir(&mut state);
                    return Ok((!over).then(|| Permit::new(self, class)));
                }
                // A job may have to go first.
                self.stir(&mut state);
                (entry, until.saturating_since(now))
            };
            if let Entry::At(at) = entry {
                let slept = self.sleep_until(at.min(until), &bell);
                slept.inspect_err(|_| self.enter().scheduler.gate.step_out(ticket, Instant::ZERO))?;
            } else {
                bell.sleep(left.min(GLANCE));
            }
        }
    }
}
