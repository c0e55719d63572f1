//! Two thousand zooms in random weather over real sockets: whatever happens, at most one charge, and the
//! error tells the truth about it.
//!
//! The seed is printed; `STORM_SEED=N cargo test --test storm` replays a run, `STORM_ZOOM=I` in addition one
//! zoom of it.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and talk"
)]

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use zoomout::{
    ApiKey, Billed, Client, Error, ErrorKind, Limits, MachineClock, Metadata, TaskId, Timeouts, Zoom,
};
use zoomout_emulator::{Bill, BillLine, Options, Script, Seed, Server};

const ZOOMS: u64 = 2_000;
const THREADS: usize = 8;
const PACE: f64 = 2000.0;
const PATIENCE: Duration = Duration::from_millis(300);

/// What may strike any request, and how likely; those that cost the patience of the client are rare.
fn weather(on: &str, seed: u64) -> Vec<Value> {
    let html = |status: u16| json!({ "kind": "answer", "status": status, "body": "<html>gateway</html>" });
    let error = |status: u16, code: &str| json!({ "kind": "answer", "status": status, "body": { "error": { "code": code, "message": "no" } } });
    let mut faults = vec![
        (json!({ "kind": "reset", "executed": false }), 0.02),
        (json!({ "kind": "reset" }), 0.02),
        (json!({ "kind": "close", "executed": false }), 0.02),
        (json!({ "kind": "close" }), 0.02),
        (json!({ "kind": "stale" }), 0.05),
        (json!({ "kind": "cut", "part": "status" }), 0.01),
        (json!({ "kind": "cut", "part": "headers" }), 0.01),
        (json!({ "kind": "cut", "part": "body" }), 0.02),
        (json!({ "kind": "wrong_length", "by": -9 }), 0.01),
        (json!({ "kind": "raw", "text": "garbage\r\n\r\n" }), 0.01),
        (json!({ "kind": "invalid_utf8" }), 0.01),
        (json!({ "kind": "deeply_nested", "depth": 5_000 }), 0.01),
        (json!({ "kind": "rate_limit", "retry_after": 5 }), 0.03),
        (json!({ "kind": "rate_limit", "retry_after": 5, "as_date": true }), 0.02),
        (html(502), 0.02),
        (json!({ "kind": "answer", "status": 504, "executed": true }), 0.02),
        (error(500, "500"), 0.02),
        (
            json!({ "kind": "answer", "status": 500, "executed": true, "body": { "error": { "message": "no" } } }),
            0.02,
        ),
        (error(503, "idempotency_unavailable"), 0.03),
        (error(408, "408"), 0.01),
        (error(409, "idempotency_in_progress"), 0.01),
        (json!({ "kind": "hang" }), 0.002),
        (json!({ "kind": "drip", "millis": 40 }), 0.002),
        (json!({ "kind": "wrong_length", "by": 9 }), 0.002),
    ];
    match on {
        "zoom" => faults.extend([
            (error(400, "400"), 0.01),
            (error(402, "payment_required"), 0.01),
            (json!({ "kind": "task_fails", "reason": "Banned prompt detected" }), 0.03),
            (json!({ "kind": "task_cancelled" }), 0.01),
            (json!({ "kind": "task_modal" }), 0.01),
        ]),
        "task" => faults.extend([
            (error(404, "404"), 0.01),
            (json!({ "kind": "status", "word": "dreaming" }), 0.02),
            (json!({ "kind": "progress", "percent": 3 }), 0.02),
            (json!({ "kind": "no_pictures" }), 0.02),
        ]),
        _ => faults.push((html(403), 0.01)),
    }
    let turn = usize::try_from(seed).unwrap_or_default() % faults.len();
    // The first rule that strikes decides: take turns in being first.
    faults.rotate_left(turn);
    faults.into_iter().map(|(fault, chance)| json!({ "on": on, "chance": chance, "fault": fault })).collect()
}

fn script(seed: u64) -> Script {
    let connection = json!({ "on": "connection", "chance": 0.03, "fault": { "kind": "reset" } });
    let mut faults = vec![
        connection,
        json!({ "on": "connection", "chance": 0.02, "fault": { "kind": "refuse", "millis": 2 } }),
    ];
    for on in ["zoom", "task", "file"] {
        faults.extend(weather(on, seed));
    }
    Script::from_json(json!({ "seed": seed, "faults": faults }).to_string().as_bytes()).unwrap()
}

fn client(server: &Server, limits: Limits) -> Client {
    Client::builder(ApiKey::new(server.key()).unwrap())
        .base_url(server.url().parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(PACE)))
        .timeouts(Timeouts::each(PATIENCE))
        .limits(limits)
        .build()
        .unwrap()
}

/// One zoom in the weather of its seed; answers how it ended.
fn zoom(seed: u64) -> String {
    let options = Options { time_scale: PACE, faults: script(seed), picture_side: 16, ..Options::default() };
    let server = Server::start(options).unwrap();
    let client = client(&server, Limits::default());
    let folder = TempDir::new().unwrap();
    let parent = TaskId::new(Seed::UPSCALED.task_id).unwrap();
    let result = client
        .zoom(&Zoom::by_ratio(parent, None))
        .and_then(|task| client.download(&task, folder.path()).map(|_| task.task_id));
    let bill = server.bill();
    assert!(bill.lines.len() <= 1, "zoom {seed}: paid twice: {bill:?}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, usize::from(result.is_ok()), "zoom {seed}");
    match result {
        Ok(task_id) => {
            assert_eq!(bill.lines.first().unwrap().task_id, task_id.as_str(), "zoom {seed}");
            "done".to_owned()
        }
        Err(error) => {
            tells_the_truth(seed, &error, &bill);
            format!("{}, billed {}", error.kind(), error.billed())
        }
    }
}

fn tells_the_truth(seed: u64, error: &Error, bill: &Bill) {
    let line = bill.lines.first();
    let known = error.task_id().map(TaskId::as_str);
    match error.billed() {
        Billed::No => assert!(line.is_none_or(|line| line.refunded), "zoom {seed}: {error:?} {bill:?}"),
        Billed::Yes => assert!(line.is_some(), "zoom {seed}: {error:?} {bill:?}"),
        Billed::Maybe => {}
    }
    if error.kind() != ErrorKind::Unconfirmed {
        assert_eq!(known, line.map(|line| line.task_id.as_str()), "zoom {seed}: a task is lost: {error:?}");
    }
}

fn from_env<T: FromStr<Err: Debug>>(name: &str) -> Option<T> {
    env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn two_thousand_zooms_in_random_weather_are_paid_once_at_most() {
    let seed = from_env("STORM_SEED").unwrap_or_else(|| fastrand::u64(..1 << 40));
    println!("STORM_SEED={seed}");
    let zooms: Range<u64> = from_env("STORM_ZOOM").map_or(0..ZOOMS, |one| one..one + 1);
    let (next, ends) = (AtomicU64::new(zooms.start), Mutex::new(BTreeMap::<String, u32>::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= zooms.end {
                        return;
                    }
                    let end = zoom(seed + number);
                    *ends.lock().unwrap().entry(end).or_default() += 1;
                }
            });
        }
    });
    for (end, count) in ends.into_inner().unwrap() {
        println!("{count:>6}  {end}");
    }
}

/// All at once over one server and one dispatcher; the metadata tells on the bill which is which.
#[test]
fn two_thousand_zooms_at_once_are_paid_once_at_most() {
    let seed = from_env("STORM_SEED").unwrap_or_else(|| fastrand::u64(..1 << 40));
    println!("STORM_SEED={seed}");
    let options = Options { time_scale: PACE, faults: script(seed), picture_side: 16, ..Options::default() };
    let server = Server::start(options).unwrap();
    let limits = Limits { submissions: NonZeroUsize::new(64).unwrap(), ..Limits::default() };
    let client = client(&server, limits);
    let zooms = (0..ZOOMS).map(|number| {
        let metadata = Metadata::from_json(&format!(r#"{{"number":{number}}}"#)).unwrap();
        Zoom::by_ratio(TaskId::new(Seed::UPSCALED.task_id).unwrap(), None).metadata(metadata)
    });
    let window = NonZeroUsize::new(2_000).unwrap();
    let ended: Vec<_> = client.zoom_many(zooms).window(window).collect();
    assert_eq!(ended.len(), 2_000);

    let bill = server.bill();
    let mut lines: HashMap<u64, Vec<BillLine>> = HashMap::new();
    for line in bill.lines {
        let number = line.metadata.as_ref().and_then(|metadata| metadata.get("number")?.as_u64()).unwrap();
        lines.entry(number).or_default().push(line);
    }
    for finished in ended {
        let number = u64::try_from(finished.index).unwrap();
        let bill = Bill { lines: lines.remove(&number).unwrap_or_default(), ..Bill::default() };
        assert!(bill.lines.len() <= 1, "zoom {number}: paid twice: {bill:?}");
        match finished.result {
            Ok(task) => assert_eq!(bill.lines.first().unwrap().task_id, task.task_id.as_str()),
            Err(error) => tells_the_truth(number, &error, &bill),
        }
    }
}
