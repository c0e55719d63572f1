//! Time as a number: milliseconds since an origin of the caller's choosing.

use core::ops::{Add, Sub};
use core::time::Duration;

/// A moment, in milliseconds since an origin of the caller's choosing.
///
/// The core never reads a clock: every moment is passed in, so a test can write one as a literal and
/// thirty minutes pass in no time at all.
///
/// ```
/// use core::time::Duration;
/// use zoomout_core::Instant;
///
/// let start = Instant::ZERO;
/// let later = start + Duration::from_secs(3);
/// assert_eq!(later, Instant::from_millis(3_000));
/// assert_eq!(later - start, Duration::from_secs(3));
/// assert_eq!(start - later, Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The origin.
    pub const ZERO: Self = Self(0);

    /// The moment `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Saturates at the end of time; a fraction of a millisecond counts as a whole one, so that nobody
/// wakes up too early.
impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let millis = span.as_nanos().div_ceil(1_000_000);
        Self(self.0.saturating_add(u64::try_from(millis).unwrap_or(u64::MAX)))
    }
}

/// How long after the other this is; zero if it is not after it.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.saturating_since(earlier)
    }
}

/// So much earlier; at the origin at the latest.
impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        let millis = span.as_nanos().div_ceil(1_000_000);
        Self(self.0.saturating_sub(u64::try_from(millis).unwrap_or(u64::MAX)))
    }
}
