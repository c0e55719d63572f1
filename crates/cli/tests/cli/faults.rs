//! The fault matrix through the command: the same table as for the client.

use std::io::{BufRead, BufReader};
use std::process::Child;

use tempfile::TempDir;
use zoomout_emulator::{Options, Script, Seed, Server};
use zoomout_tests::faults::{Case, end, run_all};

use crate::command::{Ran, command};

fn zoom(case: &Case) -> String {
    // Where the test has to keep pace with the command, time is not that fast.
    let pace = if case.shut { 20.0 } else { 1000.0 };
    let faults = Script::from_json(case.script.as_bytes()).unwrap();
    let options = Options { time_scale: pace, faults, picture_side: 24, ..Options::default() };
    let server = Server::start(options).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let (pace, path) = (pace.to_string(), path.to_str().unwrap());
    let args = ["zoom", Seed::UPSCALED.task_id, "-o", path, "--json", "--speed", "turbo"];
    let global = ["--base-url", server.url(), "--time-scale", &pace, "--call-timeout", "0.8"];
    if case.shut {
        server.shut();
    }
    let mut child =
        command(&[&args[..], &global].concat()).env("APIMART_API_KEY", "sk-emulator").spawn().unwrap();
    if case.shut && !case.always {
        reopen_on_first_retry(&mut child, &server);
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, usize::from(ran.code == 0), "{}: {ran:?}", case.name());
    if ran.code == 0 {
        return end("done", "yes", &server);
    }
    let error = ran.json()["error"].clone();
    let known = error["task_id"].as_str().map(str::to_owned);
    let bill = server.bill();
    assert!(bill.lines.len() <= 1, "{}: paid twice: {bill:?}", case.name());
    if error["billed"] == "yes" {
        assert_eq!(known, bill.lines.first().map(|line| line.task_id.clone()), "{}: {error}", case.name());
        let next = error["next_command"].as_str().unwrap_or_default();
        assert!(next.contains(" wait task_"), "{}: no way on: {error}", case.name());
    }
    let kind = error["kind"].as_str().unwrap();
    let codes = [
        ("task_failed", 1),
        ("refused", 3),
        ("unconfirmed", 4),
        ("deadline", 5),
        ("transport", 6),
        ("protocol", 7),
    ];
    assert!(codes.contains(&(kind, ran.code)), "{}: {ran:?}", case.name());
    end(kind, error["billed"].as_str().unwrap(), &server)
}

fn reopen_on_first_retry(child: &mut Child, server: &Server) {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("is repeated in") {
        assert_ne!(stderr.read_line(&mut told).unwrap(), 0, "the command gave up at once: {told}");
    }
    server.open();
    child.stderr = Some(stderr.into_inner());
}

#[test]
fn every_fault_ends_as_the_table_says() {
    run_all(zoom);
}
