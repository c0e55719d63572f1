//! When a submission may be sent again: the one table on which nobody's second charge hangs.

use core::fmt;
use core::str::FromStr;

use super::delivery::Delivery;
use crate::error::Invalid;
use crate::values::TaskId;
use crate::wire::Answer;

/// How bold a client is with a submission that was not plainly accepted or refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Resubmit {
    /// Sends every submission once, whatever happens.
    Never,
    /// Sends again only what provably was not executed: nothing left this machine, or the server said
    /// so.
    #[default]
    Safe,
    /// Also repeats when the API itself answers with a JSON error and a status of 500 or above, as the
    /// vendor's guide suggests. **May pay twice**: such an answer does not say that nothing was executed.
    Eager,
}

impl Resubmit {
    /// Every policy, the most careful first.
    pub const ALL: [Self; 3] = [Self::Never, Self::Safe, Self::Eager];

    /// `never`, `safe` or `eager`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Safe => "safe",
            Self::Eager => "eager",
        }
    }
}

impl fmt::Display for Resubmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Resubmit {
    type Err = Invalid;

    /// # Errors
    /// [`Invalid`] for any word but `never`, `safe` and `eager`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text).ok_or_else(|| {
            Invalid::new("resubmit", format_args!("must be never, safe or eager, got {text:?}"))
        })
    }
}

/// What the body of an answer to a submission says, boiled down to what the table needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It names the new task.
    NewTask,
    /// An error that says that nothing was executed and that later it may be.
    NotExecuted,
    /// The request could not even be built from what was sent.
    BuildRequestFailed,
    /// The same idempotency key is at work, or its outcome is lost.
    KeyInDoubt,
    /// The account is empty.
    Payment,
    /// Another error that is documented as the client's fault.
    ClientsFault,
    /// Any other error: it may stand for a failure after the work had begun.
    Error,
    /// Anything else: no JSON, cut JSON, or JSON that says nothing.
    Unreadable,
}

impl Shape {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::NewTask,
        Self::NotExecuted,
        Self::BuildRequestFailed,
        Self::KeyInDoubt,
        Self::Payment,
        Self::ClientsFault,
        Self::Error,
        Self::Unreadable,
    ];

    /// `parent` is the task that the submission starts from: an answer that names only that names no new one.
    pub(crate) fn of(answer: &Answer, parent: Option<&TaskId>) -> Self {
        if answer.submission(parent).is_some() {
            return Self::NewTask;
        }
        let Some(error) = answer.error_object() else {
            return Self::Unreadable;
        };
        if error.kind_or_code_is(&["idempotency_unavailable", "model_not_found", "get_channel_failed"]) {
            Self::NotExecuted
        } else if error.kind_or_code_is(&["idempotency_in_progress", "idempotency_result_indeterminate"]) {
            Self::KeyInDoubt
        } else if error.message.starts_with("build_request_failed:") {
            Self::BuildRequestFailed
        } else if error.is_payment() {
            Self::Payment
        } else if error.is_clients_fault() {
            Self::ClientsFault
        } else {
            Self::Error
        }
    }
}

/// What follows from an attempt to submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The task exists and is billed.
    Accepted,
    /// Not executed: send it again after a while.
    Again,
    /// Not executed, and not tried again.
    Refused,
    /// Nobody knows.
    Unconfirmed,
}

/// The table for an answer: the status, what the body says, and how bold the client is.
pub(crate) fn after_answer(status: u16, shape: Shape, resubmit: Resubmit) -> Verdict {
    use Shape::{
        BuildRequestFailed, ClientsFault, Error, KeyInDoubt, NewTask, NotExecuted, Payment, Unreadable,
    };
    #[expect(clippy::match_same_arms, reason = "one arm is one row of the table")]
    let verdict = match (status, shape) {
        // A task that is named exists, whatever the status says, and must not be lost.
        (_, NewTask) => Verdict::Accepted,
        (200..=299, BuildRequestFailed | Payment | ClientsFault) => Verdict::Refused,
        (301 | 302 | 307 | 308, _) => Verdict::Refused,
        (400..=404 | 413 | 422, _) => Verdict::Refused,
        (409, NotExecuted | BuildRequestFailed | Payment | ClientsFault | Error | Unreadable) => {
            Verdict::Refused
        }
        // Waiting does not fill an account.
        (429, Payment) => Verdict::Refused,
        (429, _) => Verdict::Again,
        (500, BuildRequestFailed) => Verdict::Refused,
        (503, NotExecuted) => Verdict::Again,
        (500..=599, NotExecuted | BuildRequestFailed | Payment | ClientsFault | Error)
            if resubmit == Resubmit::Eager =>
        {
            Verdict::Again
        }
        (_, NotExecuted | BuildRequestFailed | KeyInDoubt | Payment | ClientsFault | Error | Unreadable) => {
            Verdict::Unconfirmed
        }
    };
    once(verdict, resubmit)
}

/// The table for an attempt without an answer.
pub(crate) fn after_failure(delivery: Delivery, resubmit: Resubmit) -> Verdict {
    let verdict = match delivery {
        Delivery::NotSent => Verdict::Again,
        Delivery::Unknown => Verdict::Unconfirmed,
    };
    once(verdict, resubmit)
}

/// Under [`Resubmit::Never`] what could be sent again ends instead.
fn once(verdict: Verdict, resubmit: Resubmit) -> Verdict {
    match verdict {
        Verdict::Again if resubmit == Resubmit::Never => Verdict::Refused,
        verdict => verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The design's table once more, row by row, in the order in which a reader checks it.
    fn expected(status: u16, shape: Shape) -> Verdict {
        if shape == Shape::NewTask {
            return Verdict::Accepted;
        }
        let empty_account = status == 429 && shape == Shape::Payment;
        if (status == 429 && !empty_account) || (status == 503 && shape == Shape::NotExecuted) {
            return Verdict::Again;
        }
        let named = [400, 401, 402, 403, 404, 413, 422, 301, 302, 307, 308].contains(&status);
        let conflict = status == 409 && shape != Shape::KeyInDoubt;
        let unbuilt = status == 500 && shape == Shape::BuildRequestFailed;
        let inside_success = status / 100 == 2
            && matches!(shape, Shape::ClientsFault | Shape::Payment | Shape::BuildRequestFailed);
        if named || conflict || unbuilt || inside_success || empty_account {
            return Verdict::Refused;
        }
        Verdict::Unconfirmed
    }

    #[test]
    fn every_status_with_every_body() {
        for status in 100..=599 {
            for shape in Shape::ALL {
                let wanted = expected(status, shape);
                assert_eq!(after_answer(status, shape, Resubmit::Safe), wanted, "{status} {shape:?}");
                let never = if wanted == Verdict::Again { Verdict::Refused } else { wanted };
                assert_eq!(after_answer(status, shape, Resubmit::Never), never, "{status} {shape:?}");
                let api_said_5xx = status >= 500 && !matches!(shape, Shape::Unreadable | Shape::KeyInDoubt);
                let eager =
                    if wanted == Verdict::Unconfirmed && api_said_5xx { Verdict::Again } else { wanted };
                assert_eq!(after_answer(status, shape, Resubmit::Eager), eager, "{status} {shape:?}");
            }
        }
    }

    #[test]
    fn only_what_never_left_is_sent_again() {
        use Resubmit::{Eager, Never, Safe};
        for resubmit in [Never, Safe, Eager] {
            assert_eq!(after_failure(Delivery::Unknown, resubmit), Verdict::Unconfirmed);
        }
        assert_eq!(after_failure(Delivery::NotSent, Safe), Verdict::Again);
        assert_eq!(after_failure(Delivery::NotSent, Eager), Verdict::Again);
        assert_eq!(after_failure(Delivery::NotSent, Never), Verdict::Refused);
    }
}
