//! What cannot be printed decides nothing: not what was billed, and not what is saved.
#![cfg(unix)]

use std::fs::{self, File};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use zoomout_emulator::{Options, Seed, Server};

use crate::command::{Ran, command};
use crate::servers::{PNG, finishing};

/// A stdout that cannot be written to.
fn broken() -> [(&'static str, Stdio); 3] {
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    [
        ("a full disk", File::create("/dev/full").unwrap().into()),
        ("a closed pipe", closed.into()),
        ("one that can only be read", File::open("/dev/null").unwrap().into()),
    ]
}

fn run(url: &str, args: &[&str], stdout: Stdio) -> Ran {
    let all = [&["--base-url", url, "--time-scale", "1000"][..], args].concat();
    command(&all).env("APIMART_API_KEY", "sk-MARK").stdout(stdout).output().unwrap().into()
}

#[test]
fn an_accepted_task_is_named_whatever_becomes_of_stdout() {
    let server = finishing(&["/0.png"]);
    let next = format!("zoomout --base-url {} --time-scale 1000 wait task_new", server.url());
    for args in [
        &["zoom", "task_parent", "--no-wait"][..],
        &["zoom", "task_parent"],
        &["zoom", "a", "b", "--no-wait"],
    ] {
        for quiet in [&[][..], &["-q"]] {
            for (name, stdout) in broken() {
                let ran = run(&server.url(), &[args, quiet].concat(), stdout);
                assert_eq!(ran.code, 8, "{name}: {ran:?}");
                for words in [
                    "accepted: task_new",
                    "the result could not be printed",
                    "billed:  yes",
                    "task_new",
                    &next,
                ] {
                    assert!(ran.stderr.contains(words), "{name}: {args:?}: {words}: {ran:?}");
                }
            }
        }
    }
}

#[test]
fn the_picture_is_saved_whatever_becomes_of_stdout() {
    let server = finishing(&["/0.png"]);
    let folder = TempDir::new().unwrap();
    for (command, task_id) in [("zoom", "task_parent"), ("wait", "task_new")] {
        for (number, (name, stdout)) in broken().into_iter().enumerate() {
            let path = folder.path().join(format!("{command}{number}.png"));
            let ran =
                run(&server.url(), &[command, task_id, "--json", "-q", "-o", path.to_str().unwrap()], stdout);
            assert_eq!(ran.code, 8, "{name}: {ran:?}");
            assert_eq!(fs::read(&path).unwrap(), PNG, "{name}");
            // What was for stdout is on stderr instead, one object a line.
            let objects = ran.stderr.lines().filter_map(|line| serde_json::from_str(line).ok());
            let objects: Vec<Value> = objects.filter(Value::is_object).collect();
            assert_eq!(objects[0]["images"][0]["path"], path.to_str().unwrap(), "{name}: {ran:?}");
            assert_eq!(objects[1]["error"]["billed"], "yes", "{name}: {ran:?}");
            assert_eq!(objects[1]["error"]["task_id"], "task_new", "{name}: {ran:?}");
        }
    }
}

#[test]
fn several_are_saved_and_named_whatever_becomes_of_stdout() {
    let options = || Options { time_scale: 300.0, picture_side: 24, ..Options::default() };
    for (name, stdout) in broken() {
        let server = Server::start(options()).unwrap();
        let at = |args: &[&str], stdout: Stdio| -> Ran {
            let global = ["--base-url", server.url(), "--time-scale", "300"];
            let mut command = command(&[&global[..], args].concat());
            command.env("APIMART_API_KEY", "sk-emulator").stdout(stdout).output().unwrap().into()
        };
        let upscale = |tile: &str| {
            let ran = at(&["upscale", Seed::GRID.task_id, "--index", tile, "--json"], Stdio::piped());
            ran.json()["task_id"].as_str().unwrap().to_owned()
        };
        let parents = ["1", "2", "3"].map(upscale);
        let folder = TempDir::new().unwrap();
        let out = format!("{}/", folder.path().display());
        let ran = at(&["-q", "zoom", &parents[0], &parents[1], &parents[2], "-o", &out], stdout);
        assert_eq!(ran.code, 8, "{name}: {ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "{name}: {ran:?}");
        let bill = server.bill();
        assert_eq!(bill.lines.len(), 6, "{name}: three upscales, three zooms");
        for line in &bill.lines[3..] {
            let next = format!("wait {} -o {out}", line.task_id);
            assert!(ran.stderr.contains(&next), "{name}: {next}: {ran:?}");
        }
        assert!(ran.stderr.contains("billed:  yes"), "{name}: {ran:?}");
    }
}

#[test]
fn what_is_free_costs_nothing_even_if_it_cannot_be_printed() {
    let server = finishing(&["/0.png"]);
    let [(_, full), (_, closed), _] = broken();
    let ran = run(&server.url(), &["task", "task_new", "--json"], full);
    let error: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((ran.code, &error["error"]["billed"]), (8, &json!("no")), "{ran:?}");
    let ran = run(&server.url(), &["task", "task_new"], closed);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "a reader that has gone wanted no more");
}
