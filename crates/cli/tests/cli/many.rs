//! Several pictures at once.

use std::collections::BTreeSet;

use serde_json::json;
use tempfile::TempDir;
use zoomout_emulator::{Options, Seed, Server};

use crate::command::{Ran, command, zoomout};
use crate::world::lines;

fn at(server: &Server, args: &[&str]) -> Ran {
    let global = ["--base-url", server.url(), "--time-scale", "300"];
    command(&[&global[..], args].concat()).env("APIMART_API_KEY", "sk-emulator").output().unwrap().into()
}

fn start() -> Server {
    Server::start(Options { time_scale: 300.0, picture_side: 24, ..Options::default() }).unwrap()
}

/// The four tiles of the grid, upscaled.
fn parents(server: &Server) -> Vec<String> {
    let upscale = |tile: &str| {
        let task = at(server, &["upscale", Seed::GRID.task_id, "--index", tile, "--json"]).json();
        task["task_id"].as_str().unwrap().to_owned()
    };
    ["1", "2", "3", "4"].map(upscale).into()
}

#[test]
fn several_pictures_are_zoomed_at_once_and_saved_into_a_folder() {
    let server = start();
    let parents = parents(&server);
    let folder = TempDir::new().unwrap();
    let out = format!("{}/", folder.path().join("pictures").display());
    let mut args = vec!["zoom", "-o", &out, "--json", "--zoom-ratio", "1.5"];
    args.extend(parents.iter().map(String::as_str));
    let ran = at(&server, &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let tasks = lines(&ran);
    let told: BTreeSet<&str> = tasks.iter().map(|task| task["parent"].as_str().unwrap()).collect();
    assert_eq!(told, parents.iter().map(String::as_str).collect());
    for task in &tasks {
        assert_eq!((&task["status"], &task["tier"]), (&json!("completed"), &json!("Zoom Out 1.5x")));
        assert!(std::path::Path::new(task["images"][0]["path"].as_str().unwrap()).exists());
    }
    assert_eq!(server.bill().lines.len(), 8, "four upscales, four zooms");
    for parent in &parents {
        assert!(ran.stderr.contains(&format!("{parent}: accepted: task_")), "{ran:?}");
    }
}

#[test]
fn one_failure_stops_nobody_else_and_decides_the_exit_code() {
    let server = start();
    let good = parents(&server);
    let ran = at(&server, &["zoom", Seed::GRID.task_id, &good[0], Seed::FOREIGN.task_id, &good[1]]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(ran.stdout.matches(": completed").count(), 2, "{ran:?}");
    assert!(ran.stderr.contains(&format!("{}: error: ", Seed::GRID.task_id)), "{ran:?}");
    assert!(ran.stderr.contains("--index <1-4>"), "the advice for the grid: {ran:?}");
    let submitted = at(&server, &["zoom", &good[0], Seed::GRID.task_id, "--no-wait", "--json"]);
    let objects = lines(&submitted);
    assert_eq!((submitted.code, &objects[0]["parent"]), (3, &json!(good[0])));
    assert_eq!(objects[1]["error"]["parent"], Seed::GRID.task_id);
}

#[test]
fn what_would_pay_twice_or_overwrite_is_refused() {
    let twice = zoomout(&["zoom", "task_a", "task_b", "task_a", "--dry-run"]);
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("task_id task_a is named twice"), "{twice:?}");
    let file = zoomout(&["--emulator", "zoom", "task_a", "task_b", "-o", "wide.png"]);
    assert_eq!(file.code, 2);
    assert!(file.stderr.contains("output must be a folder"), "{file:?}");
    let shown = zoomout(&["zoom", "task_a", "task_b", "--dry-run", "--json"]);
    assert_eq!((shown.code, lines(&shown).len()), (0, 2));
}
