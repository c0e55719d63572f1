//! The fault matrix through the client: every fault on the submission, the looks and the download.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use zoomout::{ApiKey, Billed, Client, Error, Event, MachineClock, Task, TaskId, Timeouts, Zoom};
use zoomout_emulator::{Options, Script, Seed, Server};
use zoomout_tests::faults::{Case, end, run_all};
use zoomout_tests::page::page;

/// So many times faster than real time.
const PACE: f64 = 1000.0;
/// Long enough for a busy machine, short enough for the many cases in which nothing comes.
const PATIENCE: Duration = Duration::from_millis(800);

/// What drives the zoom.
type Driver = fn(&Client, &Zoom) -> Result<Task, Error>;

fn through_dispatcher(client: &Client, zoom: &Zoom) -> Result<Task, Error> {
    client.zoom_many([zoom.clone()]).next().unwrap().result
}

fn run(case: &Case, driver: Driver) -> String {
    let faults = Script::from_json(case.script.as_bytes()).unwrap();
    let options = Options { time_scale: PACE, faults, picture_side: 24, ..Options::default() };
    let server = Arc::new(Server::start(options).unwrap());
    let client = Client::builder(ApiKey::new(server.key()).unwrap())
        .base_url(server.url().parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(PACE)))
        .timeouts(Timeouts::each(PATIENCE))
        .build()
        .unwrap();
    if case.shut {
        server.shut();
    }
    let (door, reopens) = (Arc::clone(&server), case.shut && !case.always);
    let heard = move |event: &Event| {
        if reopens && matches!(event, Event::Retrying(_)) {
            door.open();
        }
    };
    let client = client.observed_by(heard);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let parent = TaskId::new(Seed::UPSCALED.task_id).unwrap();
    let result =
        driver(&client, &Zoom::by_ratio(parent, None)).and_then(|task| client.download(&task, &path));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    match result {
        Ok(saved) => {
            assert!(saved == [path] && left == 1, "{}", case.name());
            end("done", "yes", &server)
        }
        Err(error) => {
            assert_eq!(left, 0, "{}: half a picture", case.name());
            check(case, &error, &server);
            end(error.kind().as_str(), error.billed().as_str(), &server)
        }
    }
}

/// The id of a task that was paid for is in the error, and it is the one on the bill.
fn check(case: &Case, error: &Error, server: &Server) {
    let known = error.task_id().map(TaskId::as_str);
    let bill = server.bill();
    let billed = bill.lines.first().map(|line| line.task_id.as_str());
    if error.billed() == Billed::Yes {
        assert!(known.is_some(), "{}: the task is lost: {error:?}", case.name());
    }
    if known.is_some() {
        assert_eq!(known, billed, "{}", case.name());
    }
    assert!(bill.lines.len() <= 1, "{}: paid twice: {bill:?}", case.name());
    assert!(!error.next_step().is_empty());
}

#[test]
fn every_fault_ends_as_the_table_says() {
    run_all(|case| run(case, Client::zoom));
}

#[test]
fn every_fault_ends_so_through_the_dispatcher() {
    run_all(|case| run(case, through_dispatcher));
}

/// `UPDATE_DOCS=1 cargo test` writes the page anew.
#[test]
fn the_page_for_users_shows_this_very_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/faults.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page(), "run: UPDATE_DOCS=1 cargo test --test faults");
}
