//! Cases about a whole job, from its first call to its end.

use std::time::Duration;

use serde_json::{Value, json};
use zoomout_core::{Action, Event, IdempotencyKey, Instant, Job, Machine, Policy, Step, TaskId};

use crate::case::{Case, api, fields};
use crate::resubmission::{answer, resubmit};

pub(crate) fn check(case: &Case) {
    let api = api();
    let cancel_after = case.given["cancel_after_sends"].as_u64();
    let mut replies = case.given["replies"].as_array().unwrap().iter();
    let mut job = start(&case.given);
    let mut transcript = Vec::new();
    let mut now = Instant::ZERO;
    let mut sends = 0;
    loop {
        match job.poll(now) {
            Step::Send { call, .. } => {
                let request = api.request(&call);
                transcript.push(format!("send {} {}", request.method(), request.uri().path()));
                sends += 1;
                if cancel_after == Some(sends) {
                    job.cancel();
                }
                answer(
                    &mut job,
                    now,
                    replies.next().unwrap_or_else(|| panic!("out of replies: {transcript:#?}")),
                );
            }
            Step::Report(event) => transcript.push(describe(&event)),
            Step::Wait(until) => now = until,
            Step::Done(Ok(task)) => {
                let urls: Vec<_> = task.images.iter().map(|image| image.url.as_str()).collect();
                transcript.push(format!("done {}", urls.join(" ")));
                break;
            }
            Step::Done(Err(error)) => {
                let task_id = error.task_id().map_or("-", TaskId::as_str);
                transcript.push(format!("failed {} {} {task_id}", error.kind(), error.billed()));
                break;
            }
            Step::AwaitReply => panic!("every call is answered at once"),
        }
    }
    case.compare_exactly(&json!({ "transcript": transcript }));
    assert_eq!(replies.len(), 0, "replies left over: {transcript:#?}");
}

fn start(given: &Value) -> Job {
    let mut policy = Policy::default().resubmit(resubmit(&given["policy"]["resubmit"]));
    if let Some(seconds) = given["policy"]["deadline"].as_u64() {
        policy = policy.deadline(Duration::from_secs(seconds));
    }
    let seed = given["seed"].as_u64().unwrap();
    let action: Action = match &given["start"] {
        start if start["zoom"].is_object() => action("zoom", &start["zoom"]),
        start if start["upscale"].is_object() => action("upscale", &start["upscale"]),
        start => {
            let task_id = TaskId::new(start["wait"].as_str().unwrap()).unwrap();
            return Job::resume(task_id, policy, seed, Instant::ZERO);
        }
    };
    Job::submit(action, IdempotencyKey::from_bits(7), policy, seed, Instant::ZERO)
}

fn action(noun: &str, given: &Value) -> Action {
    Action::from_fields(noun, fields(given)).unwrap()
}

fn describe(event: &Event) -> String {
    match event {
        Event::Submitted(submission) => format!("submitted {}", submission.task_id),
        Event::Progress(progress) => {
            let percent = progress.percent.map_or_else(|| "-".to_owned(), |percent| percent.to_string());
            format!("progress {} {percent}", progress.status)
        }
        Event::Retrying(retry) => format!("retrying {}", retry.attempt),
        other => panic!("{other:?}"),
    }
}
