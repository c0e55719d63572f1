//! Cases about what is read from an answer.

use serde_json::{Value, json};
use zoomout_core::{
    Error, IdempotencyKey, Instant, Job, Look, Machine, MidjourneyTask, Policy, Resubmit, Shown, Step, Task,
    TaskId, Zoom,
};

use crate::case::{Case, api, response};
use crate::resubmission::unrecorded;

pub(crate) fn check_task(case: &Case) {
    check(case, look::<Task>(case).map(|task| json!(task)));
}

pub(crate) fn check_buttons(case: &Case) {
    check(case, look::<MidjourneyTask>(case).map(|task| json!(task)));
}

/// What a single look makes of the answer.
fn look<T: Shown>(case: &Case) -> Result<T, Error> {
    let asked = TaskId::new(case.given["task_id"].as_str().unwrap()).unwrap();
    let mut look = Look::<T>::at(asked, Policy::default(), Instant::ZERO);
    assert!(matches!(look.poll(Instant::ZERO), Step::Send { .. }));
    look.on(Instant::ZERO, api().answer(&response(&case.given)).into());
    let Step::Done(result) = look.poll(Instant::ZERO) else { panic!("a look goes on: {}", case.given) };
    result
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
    let key = IdempotencyKey::from_bits(7);
    let mut job = Job::submit(zoom, key, Policy::default().resubmit(Resubmit::Never), 7, Instant::ZERO);
    assert!(matches!(unrecorded(&mut job), Step::Send { .. }));
    job.on(Instant::ZERO, api().answer(&response(&case.given)).into());
    let Step::Done(Err(error)) = unrecorded(&mut job) else { panic!("no error: {}", case.given) };
    case.compare(&json!(error));
}
