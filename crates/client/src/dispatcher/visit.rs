//! Passing the gate on one's own thread: what a blocking call does.

use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::Class;
use super::engine::Engine;
use super::gate::Entry;
use super::permit::Permit;
use crate::cancel::CancelToken;

/// A visitor that waits for others looks up so often whether its time is over. Nothing else relies on it.
const GLANCE: Duration = Duration::from_millis(100);

impl Engine {
    /// Waits in line until a call of this class may be made; nothing if `until` has come before that, or
    /// `cancel` was cancelled.
    pub(super) fn admit(
        self: &Arc<Self>,
        class: Class,
        until: Instant,
        cancel: &CancelToken,
    ) -> Option<Permit> {
        let ticket = self.enter().scheduler.gate.join_line(class);
        loop {
            let bell = CancelToken::new();
            let ring = bell.clone();
            let _ringing = cancel.on_cancel(move || ring.cancel());
            let (entry, left) = {
                let mut state = self.enter();
                let now = state.now;
                let gate = &mut state.scheduler.gate;
                let entry = gate.visit(ticket, &bell, now);
                let over = cancel.is_cancelled() || now >= until;
                if over || entry == Entry::Now {
                    if !over {
                        gate.pass(class, now);
                    }
                    gate.step_out(ticket, now);
                    // Jobs may have waited for this one to pass.
                    self.stir(&mut state);
                    return (!over).then(|| Permit::new(self, class));
                }
                (entry, until.saturating_since(now))
            };
            if let Entry::At(at) = entry {
                self.sleep_until(at.min(until), &bell);
            } else {
                bell.sleep(left.min(GLANCE));
            }
        }
    }
}
