//! How fast submissions may follow each other.

use std::collections::VecDeque;
use std::time::Duration;

use zoomout_core::Instant;

const MINUTE: Duration = Duration::from_secs(60);
/// The first distance between submissions after a 429, and the longest.
const FIRST_GAP: Duration = Duration::from_millis(500);
const LONGEST_GAP: Duration = Duration::from_secs(30);
/// A distance below this is none.
const NO_GAP: Duration = Duration::from_millis(50);

/// The pace of all submissions together. A 429 on one of them holds back all, and doubles the distance at
/// which they follow each other afterwards; each one that is accepted shortens it by an eighth.
#[derive(Debug)]
pub(super) struct Pace {
    per_minute: Option<usize>,
    /// When those of the last minute were sent.
    recent: VecDeque<Instant>,
    /// Nobody sends before this moment.
    held: Instant,
    gap: Duration,
}

impl Pace {
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        let per_minute = per_minute.map(|limit| usize::try_from(limit.max(1)).unwrap_or(usize::MAX));
        Self { per_minute, recent: VecDeque::new(), held: Instant::ZERO, gap: Duration::ZERO }
    }

    /// From when the next submission may be sent.
    pub(super) fn open_at(&self) -> Instant {
        let limit = self.per_minute.unwrap_or(usize::MAX);
        let full = self.recent.len().checked_sub(limit).and_then(|at| self.recent.get(at));
        self.held.max(full.map_or(Instant::ZERO, |sent| *sent + MINUTE))
    }

    /// A submission is sent.
    pub(super) fn sent(&mut self, now: Instant) {
        self.held = self.held.max(now + self.gap);
        if let Some(limit) = self.per_minute {
            self.recent.push_back(now);
            while self.recent.len() > limit {
                self.recent.pop_front();
            }
        }
    }

    /// What was let through was not sent after all.
    pub(super) fn unsent(&mut self) {
        self.recent.pop_back();
    }

    /// The server is overrun, and wants nobody before this moment. However long it asks to wait, after a minute
    /// somebody tries: whoever waits in line must hear of it.
    pub(super) fn refused(&mut self, until: Instant, now: Instant) {
        let until = until.min(now + MINUTE);
        // Several in flight may hear the same thing: that is one reason to slow down, not many.
        if until > self.held {
            self.gap = (self.gap * 2).clamp(FIRST_GAP, LONGEST_GAP);
            self.held = until;
        }
    }

    /// The server took one.
    pub(super) fn accepted(&mut self) {
        self.gap = self.gap / 8 * 7;
        if self.gap < NO_GAP {
            self.gap = Duration::ZERO;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn so_many_a_minute_and_not_one_more() {
        let mut pace = Pace::new(Some(2));
        pace.sent(at(0));
        assert_eq!(pace.open_at(), at(0));
        pace.sent(at(1_000));
        assert_eq!(pace.open_at(), at(60_000));
        pace.sent(at(60_000));
        assert_eq!(pace.open_at(), at(61_000));
    }

    #[test]
    fn a_refusal_slows_all_and_acceptance_speeds_up_again() {
        let mut pace = Pace::new(None);
        pace.sent(at(0));
        pace.sent(at(0));
        pace.refused(at(5_000), at(0));
        // The echo of the same moment is not another reason.
        pace.refused(at(5_000), at(0));
        assert_eq!(pace.open_at(), at(5_000));
        pace.sent(at(5_000));
        assert_eq!(pace.open_at(), at(5_500));
        pace.refused(at(9_000), at(5_500));
        pace.sent(at(9_000));
        assert_eq!(pace.open_at(), at(10_000));
        pace.refused(at(u64::MAX), at(10_000));
        assert_eq!(pace.open_at(), at(70_000), "nobody waits for ever");
        (0..30).for_each(|_| pace.accepted());
        pace.sent(at(80_000));
        assert_eq!(pace.open_at(), at(80_000));
    }
}
