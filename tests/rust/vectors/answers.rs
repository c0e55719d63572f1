//! Cases about what is read from an answer.

use serde_json::{Value, json};
use zoomout_core::{
    ApiError, Error, Instant, Job, MidjourneyTask, Policy, Resubmit, Step, Task, TaskId, Zoom,
};

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
    let mut shown = json!(error);
    shown["is"] = json!(error.api().map(answered_with_yes).unwrap_or_default());
    case.compare(&shown);
}

fn answered_with_yes(api: &ApiError) -> Vec<&'static str> {
    [
        ("authentication", api.is_authentication()),
        ("payment", api.is_payment()),
        ("permission", api.is_permission()),
        ("not_found", api.is_not_found()),
        ("parent_not_upscaled", api.is_parent_not_upscaled()),
        ("rate_limit", api.is_rate_limit()),
        ("moderation", api.is_moderation()),
    ]
    .into_iter()
    .filter_map(|(name, yes)| yes.then_some(name))
    .collect()
}
