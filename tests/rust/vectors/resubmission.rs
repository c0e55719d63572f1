//! Cases about one attempt to submit, and what follows from it.

use serde_json::{Value, json};
use zoomout_core::{
    Attempt, ErrorKind, Event, Failure, IdempotencyKey, Instant, Job, Machine, Policy, Resubmit, Step,
    TaskId, Zoom,
};

use crate::case::{Case, api, response};

pub(crate) fn check(case: &Case) {
    let policy = Policy::default().resubmit(resubmit(&case.given["resubmit"]));
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    let mut job = Job::submit(zoom, IdempotencyKey::from_bits(7), policy, 7, Instant::ZERO);
    assert!(matches!(job.poll(Instant::ZERO), Step::Send { .. }));
    answer(&mut job, Instant::ZERO, &case.given["attempt"]);
    let verdict = match job.poll(Instant::ZERO) {
        Step::Report(Event::Submitted(_)) => "accepted",
        Step::Report(Event::Retrying(retry)) if retry.attempt == Attempt::Submission => "again",
        Step::Done(Err(error)) => match error.kind() {
            ErrorKind::Refused => "refused",
            ErrorKind::Unconfirmed => "unconfirmed",
            ErrorKind::Transport => "transport",
            other => panic!("{other}: {error:?}"),
        },
        other => panic!("{other:?}"),
    };
    case.compare_exactly(&json!({ "verdict": verdict }));
}

pub(crate) fn resubmit(name: &Value) -> Resubmit {
    match name.as_str() {
        Some("never") => Resubmit::Never,
        Some("eager") => Resubmit::Eager,
        _ => Resubmit::Safe,
    }
}

/// Hands the job a reply: an answer, or a failure.
pub(crate) fn answer(job: &mut Job, now: Instant, reply: &Value) {
    match reply["failure"].as_str() {
        Some("not_sent") => job.on(now, Failure::not_sent("connection refused").into()),
        Some(_) => job.on(now, Failure::unknown("connection reset").into()),
        None => job.on(now, api().answer(&response(reply)).into()),
    }
}
