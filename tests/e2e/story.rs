//! The client and the emulator, which share no code, agree about a zoom from the grid to the file.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use zoomout::{
    ApiKey, Billed, Client, ErrorKind, Event, Index, MachineClock, Metadata, Speed, TaskId, Tier, Upscale,
    Zoom, ZoomRatio,
};
use zoomout_emulator::{Images, Options, Script, Seed, Server, Settings};

/// So many times faster than real time.
const PACE: f64 = 1000.0;
const GRID: &str = Seed::GRID.task_id;
const UPSCALED: &str = Seed::UPSCALED.task_id;

fn start() -> (Server, Client) {
    let server = Server::start(Options { time_scale: PACE, picture_side: 48, ..Options::default() }).unwrap();
    let client = Client::builder(ApiKey::new(server.key()).unwrap())
        .base_url(server.url().parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(PACE)))
        .build()
        .unwrap();
    (server, client)
}

fn id(text: &str) -> TaskId {
    TaskId::new(text).unwrap()
}

fn script(json: &str) -> Script {
    Script::from_json(json.as_bytes()).unwrap()
}

#[test]
fn from_a_grid_to_a_wider_picture_on_disk() {
    let (server, client) = start();
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let client = client.observed_by(move |event: &Event| heard.lock().unwrap().push(event.clone()));

    let tile = client.upscale(&Upscale::by_index(id(GRID), Index::new(2).unwrap())).unwrap();
    let zoom = Zoom::by_ratio(tile.task_id, Some(ZoomRatio::new(1.5).unwrap()))
        .speed(Speed::Turbo)
        .metadata(Metadata::from_json(r#"{"row":7}"#).unwrap());
    let task = client.zoom(&zoom).unwrap();
    let folder = TempDir::new().unwrap();
    let files = client.download(&task, folder.path().join("wide.png")).unwrap();
    assert!(std::fs::read(&files[0]).unwrap().starts_with(b"\x89PNG"));

    let bill = server.bill();
    assert_eq!(bill.lines.len(), 2);
    let line = &bill.lines[1];
    assert_eq!((line.task_id.as_str(), line.usd.dollars()), (task.task_id.as_str(), task.cost.unwrap()));
    assert_eq!(line.billing_key, zoom.billing_key().to_string());
    assert_eq!(line.metadata.as_ref().unwrap()["row"], 7);
    assert!(line.idempotency_key.is_some(), "one goes along, though nothing relies on it");

    let events = events.lock().unwrap();
    let submitted = events.iter().filter(|event| matches!(event, Event::Submitted(_))).count();
    assert_eq!(submitted, 2, "{events:?}");
    let posts: Vec<_> = server.requests().into_iter().filter(|request| request.method == "POST").collect();
    assert_eq!(posts.len(), 2);
}

#[test]
fn a_button_found_by_looking_can_be_pressed() {
    let (server, client) = start();
    let task = client.buttons(&id(UPSCALED)).unwrap();
    let button = task.buttons.iter().find(|button| button.tier() == Some(Tier::X1_5)).unwrap();
    let zoomed = client.zoom(&Zoom::by_button(id(UPSCALED), button.custom_id.parse().unwrap())).unwrap();
    assert_eq!(zoomed.images.len(), 1);
    assert_eq!(server.bill().lines.len(), 1);
}

#[test]
fn four_pictures_and_a_grid_are_taken_as_they_come() {
    let (server, client) = start();
    server.set(Settings { images_per_zoom: Images::Four, ..Settings::default() });
    let task = client.zoom(&Zoom::by_ratio(id(UPSCALED), None)).unwrap();
    let folder = TempDir::new().unwrap();
    assert_eq!(client.download(&task, folder.path()).unwrap().len(), 4);
    let again = client.zoom(&Zoom::by_ratio(task.task_id, None)).unwrap_err();
    assert_eq!((again.kind(), again.billed()), (ErrorKind::Refused, Billed::No));
}

#[test]
fn a_rate_limit_is_waited_out() {
    let (server, client) = start();
    server.set(Settings { submits_per_minute: Some(1), ..Settings::default() });
    for _ in 0..3 {
        client.submit(Zoom::by_ratio(id(UPSCALED), None)).unwrap();
    }
    assert_eq!(server.bill().lines.len(), 3);
}

#[test]
fn every_end_of_a_task_is_told_as_the_bill_has_it() {
    for (fault, kind, billed) in [
        (r#"{"kind":"task_fails","reason":"Banned prompt detected"}"#, ErrorKind::TaskFailed, Billed::No),
        (r#"{"kind":"task_cancelled"}"#, ErrorKind::TaskFailed, Billed::No),
        (r#"{"kind":"close","executed":true}"#, ErrorKind::Unconfirmed, Billed::Maybe),
        (r#"{"kind":"close","executed":false}"#, ErrorKind::Unconfirmed, Billed::Maybe),
        (r#"{"kind":"reset","executed":true}"#, ErrorKind::Unconfirmed, Billed::Maybe),
        (r#"{"kind":"cut","part":"body"}"#, ErrorKind::Unconfirmed, Billed::Maybe),
        (
            r#"{"kind":"answer","status":402,"body":{"error":{"message":"x"}}}"#,
            ErrorKind::Refused,
            Billed::No,
        ),
    ] {
        let (server, client) = start();
        server.inject(script(&format!(r#"{{"faults":[{{"on":"zoom","fault":{fault}}}]}}"#)));
        let error = client.zoom(&Zoom::by_ratio(id(UPSCALED), None)).unwrap_err();
        assert_eq!((error.kind(), error.billed()), (kind, billed), "{fault}: {error:?}");
        let bill = server.bill();
        assert!(bill.lines.len() <= 1, "{fault}: {bill:?}");
        if error.billed() == Billed::No {
            assert!(bill.lines.iter().all(|line| line.refunded), "{fault}: {bill:?}");
        }
        let named = error.task_id().map(TaskId::as_str);
        assert_eq!(
            named,
            bill.lines.first().map(|line| line.task_id.as_str()).filter(|_| kind == ErrorKind::TaskFailed)
        );
    }
}
