//! Cases about a whole job, from its first call to its end.

use std::time::Duration;

use serde_json::{Value, json};
use zoomout_core::{
    Claim, Event, IdempotencyKey, Instant, Job, Key, LedgerError, Machine, Order, Outcome, Policy, Record,
    Step, TaskId,
};

use crate::case::{Case, api, fields};
use crate::resubmission::{answer, resubmit};

pub(crate) fn check(case: &Case) {
    let api = api();
    let cancel_after = case.given["cancel_after_sends"].as_u64();
    let mut replies = case.given["replies"].as_array().unwrap().iter();
    let mut ledger = case.given["ledger"].as_array().into_iter().flatten();
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
            Step::Claim(intent) => {
                transcript.push(format!(
                    "claim {} {}",
                    intent.key.as_ref().map_or("-", Key::as_str),
                    intent.billing_key
                ));
                job.claimed(now, claim(ledger.next()));
            }
            Step::Record(record) => {
                transcript.push(written(&record));
                job.recorded(now, recorded(ledger.next()));
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
    assert!(ledger.next().is_none(), "answers of the ledger left over: {transcript:#?}");
}

fn start(given: &Value) -> Job {
    let mut policy = Policy::default().resubmit(resubmit(&given["policy"]["resubmit"]));
    if let Some(seconds) = given["policy"]["deadline"].as_u64() {
        policy = policy.deadline(Duration::from_secs(seconds));
    }
    let seed = given["seed"].as_u64().unwrap();
    let order = match &given["start"] {
        start if start["zoom"].is_object() => order("zoom", &start["zoom"]),
        start if start["upscale"].is_object() => order("upscale", &start["upscale"]),
        start => {
            let task_id = TaskId::new(start["wait"].as_str().unwrap()).unwrap();
            return Job::resume(task_id, policy, seed, Instant::ZERO);
        }
    };
    Job::submit(order, IdempotencyKey::from_bits(7), policy, seed, Instant::ZERO)
}

fn order(noun: &str, given: &Value) -> Order {
    Order::from_fields(noun, fields(given)).unwrap()
}

/// What the ledger of a case answers to a claim; it grants what it is not told to refuse.
fn claim(answer: Option<&Value>) -> Result<Claim, LedgerError> {
    let Some(answer) = answer else { return Ok(Claim::New { lease: Duration::MAX }) };
    let (name, what) = answer.as_object().unwrap().iter().next().unwrap();
    let text = || what.as_str().unwrap().to_owned();
    let span = || Duration::from_millis(what.as_u64().unwrap());
    Ok(match name.as_str() {
        "new" => Claim::New { lease: span() },
        "held" => Claim::Held { left: span() },
        "accepted" => Claim::Accepted(TaskId::new(text()).unwrap()),
        "ended" => {
            let task_id = TaskId::new(what["task_id"].as_str().unwrap()).unwrap();
            let done = what["done"].as_bool().unwrap();
            Claim::Ended(Outcome::new(task_id, done, what["cost"].as_f64(), what["shown"].as_str().unwrap()))
        }
        "unconfirmed" => Claim::Unconfirmed { reason: text() },
        "conflict" => Claim::Conflict { request: text() },
        "failed" => return Err(LedgerError::new(text())),
        other => panic!("no answer to a claim: {other}"),
    })
}

/// What it answers to a record; `"written"` unless it is told to fail.
fn recorded(answer: Option<&Value>) -> Result<(), LedgerError> {
    match answer {
        None | Some(Value::String(_)) => Ok(()),
        Some(answer) => Err(LedgerError::new(answer["failed"].as_str().unwrap())),
    }
}

fn written(record: &Record) -> String {
    match record {
        Record::Accepted { task_id, .. } => format!("record accepted {task_id}"),
        Record::Released { .. } => "record released".to_owned(),
        Record::Unconfirmed { .. } => "record unconfirmed".to_owned(),
        Record::Ended(outcome) => {
            format!("record {} {}", if outcome.done { "done" } else { "failed" }, outcome.task_id)
        }
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Submitted(submission) => format!("submitted {}", submission.task_id),
        Event::Resumed(resumed) => format!("resumed {}", resumed.task_id),
        Event::Unrecorded(unrecorded) => {
            format!("unrecorded {}", unrecorded.task_id.as_ref().map_or("-", TaskId::as_str))
        }
        Event::Progress(progress) => {
            let percent = progress.percent.map_or_else(|| "-".to_owned(), |percent| percent.to_string());
            format!("progress {} {percent}", progress.status)
        }
        Event::Retrying(retry) => format!("retrying {}", retry.attempt),
        other => panic!("{other:?}"),
    }
}
