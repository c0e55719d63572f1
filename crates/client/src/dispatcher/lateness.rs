//! How late the looks of a dispatcher are.

use std::time::Duration;

/// A look later than this counts as so late.
const LATEST: usize = 1_000;
/// Looks are told apart by so many milliseconds.
const STEP: u64 = 10;

/// How long after its time each look was made: a measure of whether [`Limits::requests`](crate::Limits) is
/// enough for the number of jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// How many looks were so many steps late.
    counts: Vec<u64>,
}

impl Lateness {
    pub(super) fn new() -> Self {
        Self { counts: Vec::new() }
    }

    pub(super) fn note(&mut self, late: Duration) {
        let steps = u64::try_from(late.as_millis()).unwrap_or(u64::MAX) / STEP;
        let at = usize::try_from(steps).unwrap_or(usize::MAX).min(LATEST);
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
    }

    /// How many looks were made.
    pub fn looks(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The lateness that so many in a hundred looks stayed below, rounded up to 10 ms; 10 s stands for
    /// anything above. With 50 it is the median.
    pub fn percentile(&self, percent: u8) -> Duration {
        let wanted = (self.looks() * u64::from(percent.min(100))).div_ceil(100);
        let mut seen = 0;
        let at = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        let steps = at.map_or(0, |at| u64::try_from(at).unwrap_or_default() + 1);
        Duration::from_millis(steps * STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_counted() {
        let mut lateness = Lateness::new();
        for millis in [0, 3, 9, 55, 99_000] {
            lateness.note(Duration::from_millis(millis));
        }
        assert_eq!(lateness.looks(), 5);
        assert_eq!(lateness.percentile(50), Duration::from_millis(10));
        assert_eq!(lateness.percentile(80), Duration::from_millis(60));
        assert_eq!(lateness.percentile(100), Duration::from_millis(10_010));
        assert_eq!(Lateness::new().percentile(50), Duration::ZERO);
    }
}
