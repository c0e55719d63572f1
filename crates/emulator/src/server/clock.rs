//! The clock of the emulated world: the machine's, possibly faster.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::Millis;

/// Emulated time since the start, so many times faster than the machine's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Millis,
    started: Instant,
    scale: f64,
}

impl Clock {
    /// A clock that shows the machine's time now, and runs at this pace from here on.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub(super) fn start(scale: f64) -> Self {
        let origin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Millis(0).after(origin), started: Instant::now(), scale }
    }

    /// The emulated time.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub(super) fn now(&self) -> Millis {
        let real = Instant::now().saturating_duration_since(self.started).as_secs_f64();
        let passed = Duration::try_from_secs_f64(real * self.scale).unwrap_or(Duration::MAX);
        self.origin.after(passed)
    }
}
