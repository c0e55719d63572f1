//! What the command keeps on record, and what comes of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;
use zoomout_emulator::Seed;
use zoomout_tests::{RawServer, answer};

use crate::command::{Ran, command};
use crate::servers::ACCEPTED;
use crate::world::{World, lines};

fn at(url: &str, ledger: &Path, args: &[&str]) -> Ran {
    let global = ["--base-url", url, "--time-scale", "300", "--ledger", ledger.to_str().unwrap()];
    command(&[&global[..], args].concat()).env("APIMART_API_KEY", "sk-emulator").output().unwrap().into()
}

const PARENT: &str = Seed::UPSCALED.task_id;

#[test]
fn a_key_is_paid_for_once_across_commands() {
    let world = World::new();
    let out = world.path("wide.png");
    let zoom = ["zoom", PARENT, "--key", "album/17", "-o", out.to_str().unwrap(), "--json"];
    let first = world.run(&zoom);
    assert_eq!(first.code, 0, "{first:?}");
    fs::remove_file(&out).unwrap();
    let second = world.run(&zoom);
    assert_eq!((second.code, second.json()["task_id"].as_str()), (0, first.json()["task_id"].as_str()));
    assert!(second.stderr.contains("submitted before, and not again: going on with task_"), "{second:?}");
    assert!(out.exists());
    assert_eq!(world.bill(), 1);
    let other = world.run(&["zoom", PARENT, "--key", "album/17", "--zoom-ratio", "1.5"]);
    assert_eq!(other.code, 2, "{other:?}");
    assert!(other.stderr.contains("key stands for another request"), "{other:?}");
    assert_eq!(world.bill(), 1);
    let again = world.run(&["zoom", PARENT, "--key", "album/17", "--again", "--json"]);
    assert_ne!(again.json()["task_id"], first.json()["task_id"]);
    assert_eq!(world.bill(), 2);
}

#[test]
fn what_is_paid_for_can_be_collected() {
    let world = World::new();
    let submitted = world.run(&["zoom", PARENT, "--no-wait", "--json"]).json();
    let shown = world.run(&["zoom", PARENT, "--json"]).json();
    let out = world.path("pictures");
    let ran = world.run(&["--json", "collect", "-o", out.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut collected: Vec<_> = lines(&ran).iter().map(|line| line["task_id"].clone()).collect();
    let mut paid = vec![submitted["task_id"].clone(), shown["task_id"].clone()];
    collected.sort_by_key(ToString::to_string);
    paid.sort_by_key(ToString::to_string);
    assert_eq!(collected, paid);
    for line in lines(&ran) {
        assert!(Path::new(line["paths"][0].as_str().unwrap()).is_file(), "{line}");
    }
    let nothing = world.run(&["collect", "-o", out.to_str().unwrap()]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (0, ""), "{nothing:?}");
    assert!(nothing.stderr.contains("nothing is paid for that is not saved"), "{nothing:?}");
    assert_eq!(world.bill(), 2);
}

#[test]
fn the_ledger_is_shown_to_people_and_to_programs() {
    let world = World::new();
    world.run(&["zoom", PARENT, "--key", "album/17", "--speed", "turbo"]);
    world.run(&["zoom", Seed::GRID.task_id, "--key", "album/18"]);
    let list = world.run(&["ledger", "list"]);
    let rows: Vec<&str> = list.stdout.lines().collect();
    assert!(rows[0].starts_with("WHEN"), "{list:?}");
    assert!(rows[1].contains("done") && rows[1].contains("midjourney@zoom-turbo"), "{list:?}");
    assert!(rows[1].ends_with("album/17"), "{list:?}");
    assert!(rows[2].contains("refused") && rows[2].ends_with("album/18"), "{list:?}");
    let refused = world.run(&["--json", "ledger", "list", "--state", "refused"]);
    assert_eq!(refused.json()["key"], "album/18");
    let show = world.run(&["ledger", "show", "album/17"]);
    assert!(show.stdout.contains("billed to: midjourney@zoom-turbo"), "{show:?}");
    let task = world.run(&["--json", "ledger", "show", "album/17"]).json()["task_id"].clone();
    let by_task = world.run(&["--json", "ledger", "show", task.as_str().unwrap()]);
    assert_eq!(by_task.json()["key"], "album/17");
    let exported = world.run(&["ledger", "export"]);
    assert_eq!(lines(&exported).len(), 2);
    assert!(!exported.all().contains("sk-emulator"));
    let nobody = world.run(&["ledger", "show", "nobody"]);
    assert_eq!(nobody.code, 2, "{nobody:?}");
    let pruned = world.run(&["--json", "ledger", "prune", "--older-than", "0"]);
    assert_eq!(pruned.json(), json!({ "pruned": 2 }));
}

#[test]
fn what_nobody_knows_is_settled_by_a_person() {
    let folder = TempDir::new().unwrap();
    let ledger = folder.path().join("ledger.db");
    let server = RawServer::start(|connection| {
        connection.read_request();
        connection.close();
    });
    let zoom = ["zoom", PARENT, "--key", "album/17", "--no-wait"];
    for _ in 0..2 {
        let ran = at(&server.url(), &ledger, &zoom);
        assert_eq!(ran.code, 4, "{ran:?}");
        assert!(ran.stderr.contains("ledger list --state unconfirmed"), "{ran:?}");
    }
    assert_eq!(server.posts(), 1);
    let listed = at(&server.url(), &ledger, &["ledger", "list", "--state", "unconfirmed"]);
    assert!(listed.stdout.contains("album/17"), "{listed:?}");
    let collected = at(&server.url(), &ledger, &["collect", "-o", folder.path().to_str().unwrap()]);
    assert_eq!(collected.code, 4, "{collected:?}");
    let other = ["ledger", "resolve", "album/18", "--not-billed"];
    assert_eq!(at(&server.url(), &ledger, &other).code, 2);
    let resolved = at(&server.url(), &ledger, &["ledger", "resolve", "album/17", "--not-billed"]);
    assert!(resolved.stdout.starts_with("album/17: refused"), "{resolved:?}");
    let accepting = RawServer::start(|connection| {
        connection.read_request();
        connection.write(&answer(200, ACCEPTED));
    });
    // Another server is another account: what is on record of the first one is left alone.
    let ran = at(&accepting.url(), &ledger, &zoom);
    assert_eq!(ran.code, 0, "{ran:?}");
    let entries = at(&accepting.url(), &ledger, &["ledger", "export"]);
    assert_eq!(lines(&entries).len(), 2);
    at(&server.url(), &ledger, &["zoom", PARENT, "--key", "album/19", "--no-wait"]);
    let collected =
        at(&accepting.url(), &ledger, &["collect", "--timeout", "30", "-o", folder.path().to_str().unwrap()]);
    let other = format!("1 more are of another account or server: {}", server.url());
    assert!(collected.stderr.contains(&other), "{collected:?}");
}

#[test]
fn a_ledger_that_cannot_be_used_costs_nothing() {
    let world = World::new();
    let make_folder: fn(PathBuf) -> std::io::Result<()> = fs::create_dir;
    for (name, make) in [
        ("a folder", make_folder),
        ("a picture", |path| {
            fs::write(path, b"\x89PNG\r\n\x1a\nno database at all, but long enough to be read as one")
        }),
    ] {
        let path = world.path(name);
        make(path.clone()).unwrap();
        let ran = at(world.server.url(), &path, &["zoom", PARENT]);
        assert_eq!(ran.code, 8, "{ran:?}");
        assert!(ran.stderr.contains("billed:  no") && ran.stderr.contains("--no-ledger"), "{ran:?}");
    }
    assert_eq!(world.bill(), 0);
    let global = ["--base-url", world.server.url(), "--time-scale", "300", "--no-ledger"];
    let ran: Ran = command(&[&global[..], &["zoom", PARENT]].concat())
        .env("APIMART_API_KEY", "sk-emulator")
        .output()
        .unwrap()
        .into();
    assert_eq!((ran.code, world.bill()), (0, 1), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_word_it_is_in_the_users_state_folder() {
    let world = World::new();
    let global = ["--base-url", world.server.url(), "--time-scale", "300"];
    let ran: Ran = command(&[&global[..], &["zoom", PARENT]].concat())
        .env("APIMART_API_KEY", "sk-emulator")
        .env_remove("ZOOMOUT_LEDGER")
        .env_remove("XDG_STATE_HOME")
        .env("HOME", world.folder.path())
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(world.path(".local/state/zoomout/ledger.db").is_file());
}

#[cfg(unix)]
#[test]
fn whatever_becomes_of_stdout_and_of_the_command_what_is_billed_is_on_record() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    let run = |script: &str| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).env("BIN", env!("CARGO_BIN_EXE_zoomout")).env("P", PARENT);
        command.env("URL", world.server.url()).env("LEDGER", world.path("ledger.db"));
        command.env("APIMART_API_KEY", "sk-emulator").output().unwrap();
    };
    let zoom = r#""$BIN" --base-url "$URL" --time-scale 300 --ledger "$LEDGER" zoom "$P""#;
    for end in
        [" --no-wait >/dev/full", " >/dev/full 2>&1", " | true", " --no-wait >&-", " --no-wait 2>/dev/full"]
    {
        run(&[zoom, end].concat());
    }
    // Ctrl-C as soon as it is accepted, and a kill.
    for signal in ["-INT", "-KILL"] {
        let global = ["--base-url", world.server.url(), "--ledger"];
        let ledger = world.path("ledger.db");
        let mut child = command(&[&global[..], &[ledger.to_str().unwrap(), "zoom", PARENT]].concat())
            .env("APIMART_API_KEY", "sk-emulator")
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        assert!(stderr.lines().map_while(Result::ok).any(|line| line.starts_with("accepted: ")));
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        child.wait().unwrap();
    }
    let on_record: BTreeSet<_> = lines(&world.run(&["ledger", "export"]))
        .iter()
        .map(|entry| entry["task_id"].as_str().unwrap().to_owned())
        .collect();
    let billed: BTreeSet<_> = world.server.bill().lines.iter().map(|line| line.task_id.clone()).collect();
    assert_eq!((on_record.len(), on_record), (7, billed));
}

#[test]
fn a_key_is_settled_for_the_account_that_asks() {
    let folder = TempDir::new().unwrap();
    let ledger = folder.path().join("ledger.db");
    let server = RawServer::start(|connection| {
        connection.read_request();
        connection.close();
    });
    let run = |key: &str, args: &[&str]| -> Ran {
        let global = ["--base-url", &server.url(), "--ledger", ledger.to_str().unwrap()];
        command(&[&global[..], args].concat()).env("APIMART_API_KEY", key).output().unwrap().into()
    };
    for key in ["sk-one", "sk-two"] {
        assert_eq!(run(key, &["zoom", PARENT, "--key", "album/1"]).code, 4);
    }
    let stranger = run("sk-three", &["ledger", "resolve", "album/1", "--not-billed"]);
    assert_eq!(stranger.code, 2, "{stranger:?}");
    assert_eq!(run("sk-one", &["ledger", "resolve", "album/1", "--not-billed"]).code, 0);
    let states: Vec<_> =
        lines(&run("sk-one", &["ledger", "export"])).iter().map(|entry| entry["state"].clone()).collect();
    assert_eq!(states, ["refused", "unconfirmed"]);
}

#[test]
fn a_task_that_the_server_forgot_is_paid_for_and_can_be_given_up() {
    let world = World::new();
    world.run(&["zoom", PARENT, "--key", "k1", "--no-wait"]);
    world.server.advance(std::time::Duration::from_secs(400_000));
    let collected = world.run(&["collect", "-o", "pictures", "--json"]);
    assert_eq!(collected.json()["error"]["billed"], "yes", "{collected:?}");
    assert_eq!(world.run(&["ledger", "resolve", "k1", "--not-billed"]).code, 2);
    assert_eq!(world.run(&["ledger", "resolve", "k1", "--lost"]).code, 0);
    let nothing = world.run(&["collect", "-o", "pictures"]);
    assert!(nothing.stderr.contains("nothing is paid for that is not saved"), "{nothing:?}");
    world.server.reset();
    assert_eq!(world.run(&["zoom", PARENT, "--key", "k1", "--again"]).code, 0);
}
