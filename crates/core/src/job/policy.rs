//! How patient and how bold a job is.

use core::num::NonZeroU32;
use core::time::Duration;

use super::resubmit::Resubmit;

/// How patient and how bold a job is. The defaults never pay twice and wait as long as the server does.
///
/// ```
/// use core::time::Duration;
/// use zoomout_core::{Policy, Resubmit};
///
/// let policy = Policy::default();
/// assert_eq!(policy.resubmit, Resubmit::Safe);
/// assert_eq!(policy.deadline, Duration::from_secs(31 * 60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// When a submission may be sent again.
    pub resubmit: Resubmit,
    /// How long the job waits in all: 31 minutes by default. The server itself gives a task up after 30
    /// (reference, section 10.4), and that it did, and refunds it, should still be told.
    pub deadline: Duration,
    /// How often a submission is tried at most while the server cannot be reached or says that it
    /// executes nothing. A server that asks for patience (429) is given it until the deadline.
    pub attempts: NonZeroU32,
    /// Whether submissions carry an `Idempotency-Key`; see [`IdempotencyKey`](crate::IdempotencyKey).
    pub idempotency_key: bool,
}

impl Policy {
    const DEFAULT_ATTEMPTS: NonZeroU32 = NonZeroU32::new(4).unwrap();

    /// The same with another way to treat doubtful submissions.
    #[must_use]
    pub const fn resubmit(mut self, resubmit: Resubmit) -> Self {
        self.resubmit = resubmit;
        self
    }

    /// The same with another deadline.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same with another number of attempts.
    #[must_use]
    pub const fn attempts(mut self, attempts: NonZeroU32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The same with or without the `Idempotency-Key` header.
    #[must_use]
    pub const fn idempotency_key(mut self, sent: bool) -> Self {
        self.idempotency_key = sent;
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            resubmit: Resubmit::default(),
            deadline: Duration::from_secs(31 * 60),
            attempts: Self::DEFAULT_ATTEMPTS,
            idempotency_key: true,
        }
    }
}
