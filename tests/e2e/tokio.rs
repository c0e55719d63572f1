//! The core in a runtime that it does not know: tokio and reqwest drive a job, in thirty lines.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::time::Duration;

use reqwest::Client;
use tokio::time::{Instant as Tick, sleep, timeout};
use zoomout_core::{
    Api, ApiKey, Billed, Claim, Error, ErrorKind, Event, Failure, IdempotencyKey, Instant, Job, Machine,
    Policy, Reply, Step, Task, TaskId, Zoom,
};
use zoomout_emulator::{Options, Script, Seed, Server};

/// So many times faster than real time.
const PACE: u32 = 500;

/// Drives a job to its end.
async fn drive(http: &Client, api: &Api, mut job: Job, mut hear: impl FnMut(Event)) -> Result<Task, Error> {
    let start = Tick::now();
    let now = || Instant::ZERO + start.elapsed() * PACE;
    loop {
        match job.poll(now()) {
            Step::Send { call, by } => {
                let request = api.request(&call).try_into().unwrap();
                let reply = timeout((by - now()) / PACE, send(http, api, request)).await;
                job.on(now(), reply.unwrap_or_else(|_| Failure::unknown("the time was up").into()));
            }
            Step::Claim(_) => job.claimed(now(), Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(now(), Ok(())),
            Step::Wait(until) => sleep((until - now()) / PACE).await,
            Step::Report(event) => hear(event),
            Step::Done(result) => return result,
            Step::AwaitReply => unreachable!("every call is answered before the job is asked again"),
        }
    }
}

/// Makes one call. Where reqwest could not connect, not a byte of it left.
async fn send(http: &Client, api: &Api, request: reqwest::Request) -> Reply {
    let exchange = async {
        let response = http.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut whole = http::Response::new(response.bytes().await?);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(whole)
    };
    match exchange.await {
        Ok(response) => api.answer(&response).into(),
        Err(error) if reqwest::Error::is_connect(&error) => Failure::not_sent(error.to_string()).into(),
        Err(error) => Failure::unknown(error.to_string()).into(),
    }
}

fn client() -> Client {
    // A submission leaves on a fresh connection, and is never passed on.
    Client::builder().pool_max_idle_per_host(0).redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn job() -> Job {
    let zoom = Zoom::by_ratio(TaskId::new(Seed::UPSCALED.task_id).unwrap(), None);
    Job::submit(zoom, IdempotencyKey::from_bits(7), Policy::default(), 7, Instant::ZERO)
}

#[tokio::test]
async fn a_zoom_in_tokio() {
    let options = Options { time_scale: f64::from(PACE), picture_side: 16, ..Options::default() };
    let server = Server::start(options).unwrap();
    let api = Api::new(ApiKey::new(server.key()).unwrap()).base(server.url().parse().unwrap());
    let mut events = Vec::new();
    let task = drive(&client(), &api, job(), |event| events.push(event)).await.unwrap();
    assert!(!task.images.is_empty());
    assert!(
        matches!(events.first(), Some(Event::Submitted(submission)) if submission.task_id == task.task_id)
    );
    assert_eq!(server.bill().lines.len(), 1);

    // Bad weather is the core's affair, whoever drives it: an answer that is lost is not asked for again.
    server.inject(
        Script::from_json(
            br#"{"faults": [{"on": "zoom", "times": 1, "fault": {"kind": "close", "executed": true}}]}"#,
        )
        .unwrap(),
    );
    let error = drive(&client(), &api, job(), drop).await.unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Unconfirmed, Billed::Maybe));
    assert_eq!(server.bill().lines.len(), 2);

    // And where nobody listens, nothing was sent.
    drop(server);
    let nobody = api.base("http://127.0.0.1:1".parse().unwrap());
    let error = drive(&client(), &nobody, job(), drop).await.unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Transport, Billed::No));
}
