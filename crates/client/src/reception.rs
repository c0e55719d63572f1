//! What a step of a machine shows of the server's pace.

use zoomout_core::{ApiError, Event, Instant, Record, Step};

use crate::dispatcher::{Class, Reception};

/// What a step after a call shows of the server; nothing where the next one does.
pub(crate) fn reception<T, C>(class: Class, step: &Step<T, C>, now: Instant) -> Option<Reception> {
    Some(match (class, step) {
        (Class::Submission, Step::Record(Record::Accepted { .. })) => Reception::Accepted,
        (Class::Submission, Step::Report(Event::Retrying(retry))) if retry.rate_limited => {
            Reception::Overrun(now + retry.after)
        }
        (Class::Submission, Step::Done(Err(error))) if error.api().is_some_and(ApiError::is_rate_limit) => {
            Reception::Overrun(now + error.retry_after().unwrap_or_default())
        }
        (Class::Submission, Step::Record(_)) => return None,
        _ => Reception::Other,
    })
}
