//! Cases about what is read from an answer.

use serde_json::{Value, json};
use zoomout_core::{Error, Instant, Job, MidjourneyTask, Policy, Resubmit, Step, Task, TaskId, Zoom};

use crate::case::{Case, response};

pub(crate) fn check_task(case: &Case) {
    let (asked, response) = look(case);
    check(case, Task::from_response(&response, &asked).map(|task| json!(task)));
}

pub(crate) fn check_buttons(case: &Case) {
    let (asked, response) = look(case);
    check(case, MidjourneyTask::from_response(&response, &asked).map(|task| json!(task)));
}

fn look(case: &Case) -> (TaskId, http::Response<Vec<u8>>) {
    (TaskId::new(case.given["task_id"].as_str().unwrap()).unwrap(), response(&case.given))
}

fn check(case: &Case, read: Result<Value, Error>) {
    match read {
        Ok(task) => case.compare_exactly(&task),
        Err(error) => case.compare_error(&json!(error)),
    }
}

/// The error of a submission that is tried once and answered so.
pub(crate) fn check_error(case: &Case) {
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    let mut job = Job::submit(zoom, Policy::default().resubmit(Resubmit::Never), 7, Instant::ZERO);
    assert!(matches!(job.poll(Instant::ZERO), Step::Send(_)));
    job.on_response(Instant::ZERO, &response(&case.given));
    let Step::Done(Err(error)) = job.poll(Instant::ZERO) else { panic!("no error: {}", case.given) };
    case.compare(&json!(error));
}
