//! Cases about one attempt to submit, and what follows from it.

use std::time::Duration;

use serde_json::{Value, json};
use zoomout_core::{
    Attempt, Claim, ErrorKind, Event, Failure, IdempotencyKey, Instant, Job, Machine, Policy, Resubmit, Step,
    Task, TaskId, Zoom,
};

use crate::case::{Case, api, response};

pub(crate) fn check(case: &Case) {
    let policy = Policy::default().resubmit(resubmit(&case.given["resubmit"]));
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    let mut job = Job::submit(zoom, IdempotencyKey::from_bits(7), policy, 7, Instant::ZERO);
    assert!(matches!(unrecorded(&mut job), Step::Send { .. }));
    answer(&mut job, Instant::ZERO, &case.given["attempt"]);
    let verdict = match unrecorded(&mut job) {
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

/// The next step of a job at the beginning of time that a ledger has no part in: each of its wishes is granted.
pub(crate) fn unrecorded(job: &mut Job) -> Step<Task> {
    loop {
        match job.poll(Instant::ZERO) {
            Step::Claim(_) => job.claimed(Instant::ZERO, Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(Instant::ZERO, Ok(())),
            step => return step,
        }
    }
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
