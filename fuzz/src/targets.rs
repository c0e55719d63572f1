//! What must hold for any bytes. Each target is an ordinary function: libFuzzer runs it for as long as
//! wanted, and the tests run it on the corpus and on random changes of it.

use std::time::Duration;

use http::Response;
use serde_json::Value;
use zoomout_core::{
    Action, Api, ApiKey, BaseUrl, Billed, Call, Claim, Error, Event, Failure, Fields, IdempotencyKey,
    Instant, Job, Language, Look, Machine, Metadata, MidjourneyTask, Policy, Shown, Step, Task, TaskId, Zoom,
};

/// A target.
pub(crate) type Target = fn(&[u8]);

/// Every target under its name, which is also that of its corpus.
pub(crate) const TARGETS: [(&str, Target); 7] = [
    ("task", task),
    ("midjourney_task", midjourney_task),
    ("submission", submission),
    ("retry_after", retry_after),
    ("fields", fields),
    ("redact", redact),
    ("job", job),
];

/// An answer: two bytes of status, then the body.
fn answer(bytes: &[u8]) -> Option<Response<&[u8]>> {
    let (status, body) = bytes.split_first_chunk::<2>()?;
    Response::builder().status(u16::from_be_bytes(*status)).body(body).ok()
}

fn id() -> TaskId {
    TaskId::new("task_new").expect("a good id")
}

fn explained(error: &Error) {
    let line = error.to_string();
    assert!(!line.is_empty() && !line.contains('\n'), "one line: {line:?}");
    assert!(!error.next_step().is_empty());
    assert!(error.cause().is_none_or(|cause| cause.len() < 2_000), "an excerpt, not the whole answer");
    serde_json::to_vec(error).expect("an error has a JSON form");
}

fn api() -> Api {
    Api::new(ApiKey::new("sk-fuzz").expect("a good key"))
}

/// What a single look makes of an answer.
fn look<T: Shown>(answer: &Response<&[u8]>) -> Result<T, Error> {
    let mut look = Look::<T>::at(id(), Policy::default(), Instant::ZERO);
    assert!(matches!(look.poll(Instant::ZERO), Step::Send { .. }));
    look.on(Instant::ZERO, api().answer(answer).into());
    match look.poll(Instant::ZERO) {
        Step::Done(result) => result,
        _ => panic!("a look goes on"),
    }
}

/// A zoom that is about to be submitted.
fn zoom() -> Job {
    let zoom = Zoom::by_ratio(id(), None);
    Job::submit(zoom, IdempotencyKey::from_bits(1), Policy::default(), 1, Instant::ZERO)
}

/// The next step that a ledger has no part in: each of its wishes is granted.
fn unrecorded(job: &mut Job) -> Step<Task> {
    loop {
        match job.poll(Instant::ZERO) {
            Step::Claim(_) => job.claimed(Instant::ZERO, Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(Instant::ZERO, Ok(())),
            step => return step,
        }
    }
}

/// Reading a task.
fn task(bytes: &[u8]) {
    let Some(answer) = answer(bytes) else { return };
    match look::<Task>(&answer) {
        Ok(task) => {
            assert!(answer.status().is_success(), "a task inside a failure");
            assert!(task.progress.is_none_or(|percent| percent <= 100));
            assert!(task.images.iter().all(|image| !image.url.is_empty()));
            let json: Value =
                serde_json::from_slice(&serde_json::to_vec(&task).expect("JSON")).expect("JSON");
            assert_eq!(json["status"], task.status.as_str());
        }
        Err(error) => {
            assert_eq!(error.billed(), Billed::No, "looking is free");
            explained(&error);
        }
    }
}

/// Reading a task with its buttons.
fn midjourney_task(bytes: &[u8]) {
    let Some(answer) = answer(bytes) else { return };
    match look::<MidjourneyTask>(&answer) {
        Ok(task) => {
            assert!(task.buttons.iter().all(|button| !button.custom_id.is_empty()));
            drop(serde_json::to_vec(&task).expect("a task has a JSON form"));
        }
        Err(error) => explained(&error),
    }
}

/// Reading the answer to a submission.
fn submission(bytes: &[u8]) {
    let Some(answer) = answer(bytes) else { return };
    let mut job = zoom();
    assert!(matches!(unrecorded(&mut job), Step::Send { .. }));
    job.on(Instant::ZERO, api().answer(&answer).into());
    match unrecorded(&mut job) {
        Step::Report(Event::Submitted(submission)) => {
            assert_eq!(job.task_id(), Some(&submission.task_id));
            let status = answer.status();
            assert!(status.is_success() || status.is_server_error() || [408, 409].contains(&status.as_u16()));
        }
        Step::Report(Event::Retrying(_)) => {
            assert!([429, 503].contains(&answer.status().as_u16()), "sent again after {}", answer.status());
        }
        Step::Done(Err(error)) => explained(&error),
        other => panic!("{other:?}"),
    }
}

/// Reading `Retry-After`.
fn retry_after(bytes: &[u8]) {
    let Ok(answer) = Response::builder().status(429).header("retry-after", bytes).body("") else { return };
    let mut job = zoom();
    assert!(matches!(unrecorded(&mut job), Step::Send { .. }));
    job.on(Instant::ZERO, api().answer(&answer).into());
    let deadline = Instant::ZERO + Policy::default().deadline;
    match (unrecorded(&mut job), unrecorded(&mut job)) {
        (Step::Report(Event::Retrying(_)), Step::Wait(until)) => assert!(until <= deadline),
        (Step::Done(Err(error)), _) => {
            assert_eq!(error.billed(), Billed::No);
            explained(&error);
        }
        other => panic!("{other:?}"),
    }
}

/// What a user may hand in: a JSON object of fields, and every text as an address, a language, a key.
fn fields(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(base) = text.parse::<BaseUrl>() {
        assert!(base.as_str().starts_with("https://") || base.is_loopback(), "{base:?}");
    }
    drop((text.parse::<Language>(), Metadata::from_json(text), ApiKey::new(text)));
    let Ok(Value::Object(object)) = serde_json::from_str(text) else { return };
    let task_id = object.get("task_id").and_then(Value::as_str).map(str::to_owned);
    let given = object.into_iter().fold(Fields::new(), |fields, (name, value)| fields.with(&name, value));
    let calls = ["zoom", "upscale"].map(|noun| Action::from_fields(noun, given.clone()).map_err(Error::from));
    for call in calls {
        match call {
            Ok(action) => {
                let kept: Action =
                    serde_json::from_slice(&serde_json::to_vec(&action).expect("JSON")).expect("JSON");
                assert_eq!(kept, action, "an action survives its serialised form");
                let request = api().request(&Call::Submit {
                    action,
                    ticket: IdempotencyKey::from_bits(1),
                    idempotency_key: false,
                });
                assert!(request.uri().path().starts_with("/v1/midjourney/generations/"));
                let body: Value = serde_json::from_slice(request.body()).expect("a JSON body");
                assert_eq!(body["task_id"].as_str(), task_id.as_deref());
            }
            Err(error) => {
                assert!(error.field().is_some(), "{error:?}");
                explained(&error);
            }
        }
    }
}

/// Whatever a server sends back, the key is not in it any more.
fn redact(bytes: &[u8]) {
    const KEY: &str = "sk-0k0";
    let mut bytes = bytes.to_vec();
    ApiKey::new(KEY).expect("a good key").redact(&mut bytes);
    assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
}

/// A whole life: the bytes are what becomes of each call, one after the other.
fn job(bytes: &[u8]) {
    let mut rest = bytes;
    let mut job = zoom();
    let deadline = Instant::ZERO + Policy::default().deadline;
    let mut now = Instant::ZERO;
    let mut may_send_again = true;
    let mut submitted = None;
    for _ in 0..20_000 {
        match job.poll(now) {
            Step::Send { call, by } => {
                assert!(now < deadline && by == deadline);
                assert_eq!(job.poll(now), Step::AwaitReply);
                if call.costs_money() {
                    assert!(may_send_again, "paid twice");
                    may_send_again = false;
                }
                match take_reply(&mut rest) {
                    Reply::Answer(answer) => {
                        may_send_again |= [429, 503].contains(&answer.status().as_u16());
                        job.on(now, api().answer(&answer).into());
                    }
                    Reply::NotSent => {
                        may_send_again = true;
                        job.on(now, Failure::not_sent("refused").into());
                    }
                    Reply::Unknown => job.on(now, Failure::unknown("reset").into()),
                    Reply::Cancel => {
                        job.cancel();
                        job.on(now, Failure::unknown("cancelled").into());
                    }
                }
            }
            Step::Claim(_) => job.claimed(now, Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(now, Ok(())),
            Step::Report(Event::Submitted(submission)) => submitted = Some(submission.task_id),
            Step::Report(_) => {}
            Step::Wait(until) => {
                assert!(now < until && until <= deadline);
                now = until + Duration::from_millis(1);
            }
            Step::Done(result) => {
                let told = result.as_ref().map_or_else(Error::task_id, |task| Some(&task.task_id));
                assert_eq!(told, submitted.as_ref(), "what was paid for is in the end");
                if let Err(error) = &result {
                    explained(error);
                }
                return;
            }
            Step::AwaitReply => panic!("every call is answered at once"),
        }
    }
    panic!("the job does not end");
}

enum Reply<'a> {
    Answer(Response<&'a [u8]>),
    NotSent,
    Unknown,
    Cancel,
}

/// One byte says what comes of the call; an answer follows as its length, its status and its body.
fn take_reply<'a>(rest: &mut &'a [u8]) -> Reply<'a> {
    let Some((kind, tail)) = rest.split_first() else { return Reply::Unknown };
    *rest = tail;
    match kind % 8 {
        5 => Reply::NotSent,
        6 => Reply::Unknown,
        7 => Reply::Cancel,
        _ => {
            let length = usize::from(rest.first().copied().unwrap_or_default()) * 2;
            let (reply, after) =
                rest.get(1..).unwrap_or_default().split_at_checked(length).unwrap_or((&[], &[]));
            *rest = after;
            answer(reply).map_or(Reply::Unknown, Reply::Answer)
        }
    }
}
