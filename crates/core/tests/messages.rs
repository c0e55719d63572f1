//! Every error that a zoom can end with, as a person reads it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::fmt::Write;
use std::time::Duration;

use http::Response;
use zoomout_core::{
    Api, ApiKey, Claim, Error, ErrorKind, Failure, Fields, IdempotencyKey, Instant, Job, Machine, Policy,
    Step, TaskId, Zoom,
};

const ACCEPTED: &str = r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#;

/// What a server, or the way to it, does with one call.
#[derive(Clone, Copy)]
enum Does {
    Answers(u16, &'static str),
    NeverHears,
    GoesQuiet,
    /// The user stops the job while the call is out, which then fails.
    IsCutOff,
}

/// The life of a zoom whose calls are met so, the last one again and again.
fn end(calls: &[Does]) -> Error {
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    let mut job = Job::submit(zoom, IdempotencyKey::from_bits(7), Policy::default(), 7, Instant::ZERO);
    let api = Api::new(ApiKey::new("sk-test").unwrap());
    let mut now = Instant::ZERO;
    let mut calls = calls.iter();
    let mut last = None;
    loop {
        match job.poll(now) {
            Step::Send { .. } => {
                last = calls.next().or(last);
                match last.unwrap() {
                    Does::Answers(status, body) => {
                        let response = Response::builder().status(*status).body(body.as_bytes()).unwrap();
                        job.on(now, api.answer(&response).into());
                    }
                    Does::NeverHears => job.on(now, Failure::not_sent("the connection was refused").into()),
                    Does::GoesQuiet => job.on(now, Failure::unknown("the connection was closed").into()),
                    Does::IsCutOff => {
                        job.cancel();
                        job.on(now, Failure::unknown("cancelled").into());
                    }
                }
            }
            Step::Claim(_) => job.claimed(now, Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(now, Ok(())),
            Step::Wait(until) => now = until,
            Step::Done(result) => return result.unwrap_err(),
            Step::Report(_) => {}
            Step::AwaitReply => panic!("every call is answered at once"),
        }
    }
}

fn looks(body: &'static str) -> Error {
    end(&[Does::Answers(200, ACCEPTED), Does::Answers(200, body)])
}

fn refused(status: u16, body: &'static str) -> Error {
    end(&[Does::Answers(status, body)])
}

#[test]
fn every_end_is_told_in_one_line_with_its_cost_and_the_next_step() {
    let invalid = |fields: Fields| Error::from(Zoom::from_fields(fields).unwrap_err());
    let zoom = || Fields::new().with("task_id", "task_parent");
    let ends = [
        ("a task id with a line break", invalid(zoom().with("task_id", "a\nb"))),
        ("a ratio of zero", invalid(zoom().with("zoom_ratio", 0.0))),
        ("an index of five", invalid(zoom().with("index", 5_i64))),
        ("a speed that does not exist", invalid(zoom().with("speed", "warp"))),
        ("a ratio and a button", invalid(zoom().with("zoom_ratio", 2.0).with("custom_id", "MJ::x"))),
        (
            "a grid as parent",
            refused(
                400,
                r#"{"error":{"code":400,"message":"This action requires an upscaled task...","type":"invalid_request_error"}}"#,
            ),
        ),
        (
            "a wrong key",
            refused(401, r#"{"error":{"code":"","message":"invalid API key","type":"apimart_error"}}"#),
        ),
        (
            "an empty account",
            refused(402, r#"{"error":{"message":"insufficient balance","type":"payment_required"}}"#),
        ),
        (
            "somebody else's task",
            refused(403, r#"{"error":{"message":"forbidden","type":"permission_error"}}"#),
        ),
        ("an old parent", refused(404, r#"{"code":3,"description":"task task_parent not found"}"#)),
        ("moderation", refused(422, r#"{"error":{"message":"blocked","type":"invalid_request_error"}}"#)),
        ("too many requests, for ever", refused(429, "")),
        ("a redirect", refused(302, "")),
        ("a gateway's page", refused(502, "<html><h1>Bad gateway</h1></html>")),
        ("half a JSON", refused(200, r#"{"code":200,"da"#)),
        ("silence after the request", end(&[Does::GoesQuiet])),
        ("nobody there", end(&[Does::NeverHears])),
        ("a stop while the answer is out", end(&[Does::IsCutOff])),
        ("a stop while looking", end(&[Does::Answers(200, ACCEPTED), Does::IsCutOff])),
        (
            "a task that fails",
            looks(r#"{"data":{"id":"task_new","status":"failed","error":"Banned prompt detected"}}"#),
        ),
        ("a task that is cancelled", looks(r#"{"data":{"id":"task_new","status":"cancelled"}}"#)),
        ("a task in MODAL", looks(r#"{"data":{"id":"task_new","status":"MODAL"}}"#)),
        ("a task that never ends", looks(r#"{"data":{"id":"task_new","status":"processing"}}"#)),
        ("a finished task without pictures", looks(r#"{"data":{"id":"task_new","status":"completed"}}"#)),
        ("a key that is revoked while waiting", end(&[Does::Answers(200, ACCEPTED), Does::Answers(401, "")])),
        ("nobody there any more", end(&[Does::Answers(200, ACCEPTED), Does::NeverHears])),
        ("garbage for ever", looks("\u{1}?")),
    ];
    let mut told = String::new();
    for (situation, error) in &ends {
        let _ = writeln!(told, "# {situation}\n{}: {error}", error.kind());
        if let Some(cause) = error.cause() {
            let _ = writeln!(told, "cause: {cause}");
        }
        if let Some(task_id) = error.task_id() {
            let _ = writeln!(told, "task: {task_id}");
        }
        let _ = writeln!(told, "billed: {}\nnext: {}\n", error.billed(), error.next_step());
    }
    insta::assert_snapshot!(told);
    // The client is the one that writes files.
    let seen = |kind: &ErrorKind| ends.iter().any(|(_, error)| error.kind() == *kind);
    let missing: Vec<ErrorKind> = ErrorKind::ALL.into_iter().filter(|kind| !seen(kind)).collect();
    assert_eq!(missing, [ErrorKind::Storage]);
}
