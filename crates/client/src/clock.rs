//! The clock of a client: real, faster than real, or a test's own.

use std::fmt::Debug;
use std::time::{Duration, Instant as StdInstant};

use zoomout_core::Instant;

use crate::cancel::CancelToken;

/// Tells the time to jobs and sleeps for them.
pub trait Clock: Debug + Send + Sync {
    /// The present moment. Never goes back.
    fn now(&self) -> Instant;

    /// Waits until `until`, or until somebody cancels.
    fn sleep_until(&self, until: Instant, cancel: &CancelToken);

    /// How long a call may take, in real time, that must have ended by `until`. A server does not answer faster
    /// because the time of its tasks runs faster, so a hurried clock grants the whole span.
    fn left(&self, until: Instant) -> Duration {
        until - self.now()
    }

    /// How much of its time passes in this real time: the lease of a claim is real, whoever else uses the ledger.
    fn passes(&self, real: Duration) -> Duration {
        real
    }
}

/// The clock of the machine, running at a chosen pace: beside an emulator whose time runs fast, a
/// client's waits must shrink alike.
#[derive(Debug)]
pub struct MachineClock {
    origin: StdInstant,
    pace: f64,
}

impl MachineClock {
    /// Real time.
    pub fn new() -> Self {
        Self::at_pace(1.0)
    }

    /// Time that runs `pace` times as fast as real time. A pace that is not a finite number above 0 is
    /// real time.
    pub fn at_pace(pace: f64) -> Self {
        let pace = if pace.is_finite() && pace > 0.0 { pace } else { 1.0 };
        Self { origin: StdInstant::now(), pace }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Instant {
        let elapsed = Duration::try_from_secs_f64(self.origin.elapsed().as_secs_f64() * self.pace);
        Instant::ZERO + elapsed.unwrap_or(Duration::MAX)
    }

    fn sleep_until(&self, until: Instant, cancel: &CancelToken) {
        let left = (until - self.now()).as_secs_f64() / self.pace;
        cancel.sleep(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX));
    }

    fn passes(&self, real: Duration) -> Duration {
        Duration::try_from_secs_f64(real.as_secs_f64() * self.pace).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_sleep_ends_at_once() {
        let cancel = CancelToken::new();
        cancel.cancel();
        MachineClock::new().sleep_until(Instant::from_millis(u64::MAX), &cancel);
    }

    #[test]
    fn a_fast_clock_shortens_the_waits() {
        let clock = MachineClock::at_pace(1e9);
        let until = clock.now() + Duration::from_secs(3_600);
        clock.sleep_until(until, &CancelToken::new());
        assert!(clock.now() >= until);
    }
}
