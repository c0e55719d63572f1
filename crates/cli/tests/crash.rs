//! A batch that is killed again and again, in bad weather: at the end every row is done and billed exactly once, or
//! unconfirmed with its reason, and the ledger agrees with the bill line by line.
#![cfg(unix)]
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and talk"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use fastrand::Rng;
use serde_json::Value;
use tempfile::TempDir;
use zoomout_emulator::{Options, Script, Seed, Server};

const SCALE: &str = "600";

/// What the weather does to one in so many.
const WEATHER: &str = r#"{"seed":17,"faults":[
    {"on":"zoom","chance":0.01,"fault":{"kind":"close","executed":true}},
    {"on":"zoom","chance":0.01,"fault":{"kind":"reset","executed":false}},
    {"on":"zoom","chance":0.03,"fault":{"kind":"rate_limit","retry_after":1}},
    {"on":"zoom","chance":0.02,"fault":{"kind":"answer","status":503,"body":"{\"error\":{\"code\":\"idempotency_unavailable\",\"message\":\"not executed\"}}"}},
    {"on":"task","chance":0.02,"fault":{"kind":"reset"}},
    {"on":"task","chance":0.02,"fault":{"kind":"answer","status":502,"body":"<html>502</html>"}},
    {"on":"file","chance":0.02,"fault":{"kind":"close"}}
]}"#;

struct World {
    server: Server,
    folder: TempDir,
    rows: usize,
}

impl World {
    fn new(rows: usize) -> Self {
        let options = Options { time_scale: 600.0, picture_side: 8, ..Options::default() };
        let server = Server::start(options).unwrap();
        server.inject(Script::from_json(WEATHER.as_bytes()).unwrap());
        let folder = TempDir::new().unwrap();
        let mut jobs = String::new();
        for row in 0..rows {
            let parent = Seed::UPSCALED.task_id;
            writeln!(jobs, r#"{{"task_id":"{parent}","zoom_ratio":1.5,"metadata":{{"row":{row}}}}}"#)
                .unwrap();
        }
        fs::write(folder.path().join("jobs.jsonl"), jobs).unwrap();
        Self { server, folder, rows }
    }

    fn command(&self, args: &[&str]) -> Command {
        let global = ["--base-url", self.server.url(), "--time-scale", SCALE, "--ledger", "ledger.db"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_zoomout"));
        command.args(global).args(args).current_dir(self.folder.path());
        command.env("APIMART_API_KEY", "sk-emulator").env_remove("APIMART_BASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn batch(&self) -> Command {
        self.command(&["-v", "batch", "jobs.jsonl", "--out", "wide"])
    }

    fn export(&self) -> Vec<Value> {
        let Output { stdout, .. } = self.command(&["ledger", "export"]).output().unwrap();
        lines(&String::from_utf8(stdout).unwrap())
    }

    /// The tasks that were billed, by the row that they are for.
    fn bill(&self) -> BTreeMap<u64, Vec<String>> {
        let mut bill: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for line in self.server.bill().lines {
            let row = line.metadata.as_ref().unwrap()["row"].as_u64().unwrap();
            bill.entry(row).or_default().push(line.task_id);
        }
        bill
    }

    /// What must hold at the end.
    fn check(&self) {
        let bill = self.bill();
        let twice: Vec<_> = bill.iter().filter(|(_, tasks)| tasks.len() > 1).collect();
        assert!(twice.is_empty(), "paid for twice: {twice:?}");
        let results = lines(&fs::read_to_string(self.folder.path().join("wide/results.jsonl")).unwrap());
        assert_eq!(results.len(), self.rows);
        let mut unconfirmed = 0;
        for (row, result) in (0..).zip(&results) {
            let billed = bill.get(&row).map(|tasks| tasks[0].as_str());
            match result["state"].as_str().unwrap() {
                "done" => {
                    assert_eq!(result["task_id"].as_str(), billed, "{result}");
                    let picture = self.folder.path().join("wide").join(result["paths"][0].as_str().unwrap());
                    assert!(picture.is_file(), "{result}");
                }
                "unconfirmed" => {
                    unconfirmed += 1;
                    assert!(
                        result["error"]["cause"].as_str().is_some_and(|cause| !cause.is_empty()),
                        "{result}"
                    );
                }
                other => panic!("{other}: {result}"),
            }
        }
        // Line by line: what the ledger calls billed is on the bill, and what is on the bill is in the ledger, or one of
        // those of which nobody knows.
        let export = self.export();
        let of_state = |states: &[&str]| -> Vec<&Value> {
            export.iter().filter(|entry| states.contains(&entry["state"].as_str().unwrap())).collect()
        };
        let known: BTreeSet<&str> = of_state(&["accepted", "done", "failed"])
            .iter()
            .map(|entry| entry["task_id"].as_str().unwrap())
            .collect();
        let billed: BTreeSet<&str> = bill.values().flatten().map(String::as_str).collect();
        assert!(known.is_subset(&billed), "not on the bill: {:?}", known.difference(&billed));
        let doubts = of_state(&["unconfirmed"]);
        assert_eq!(doubts.len(), unconfirmed);
        let lost = billed.difference(&known).count();
        assert!(
            lost <= doubts.len(),
            "{lost} tasks are billed and unknown, and only {} are in doubt",
            doubts.len()
        );
        assert!(of_state(&["intended"]).is_empty());
        println!(
            "{} rows: {} billed, {unconfirmed} unconfirmed, of them {lost} billed",
            self.rows,
            billed.len()
        );
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Kills it once it has told of so many calls; whether it was still there.
fn kill_after(mut child: Child, calls: usize) -> bool {
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let is_there =
        stderr.lines().map_while(Result::ok).filter(|line| line.contains("/v1/")).nth(calls).is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    is_there
}

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn a_batch_that_is_killed_again_and_again_pays_for_every_row_once() {
    let (rows, kills) = (number("CRASH_ROWS", 300), number("CRASH_KILLS", 20));
    let world = World::new(rows);
    let mut chance = Rng::with_seed(number("CRASH_SEED", 7).try_into().unwrap());
    let mut killed = 0;
    for _ in 0..kills {
        let child = world.batch().spawn().unwrap();
        killed += usize::from(kill_after(child, chance.usize(..rows * 6 / kills)));
    }
    let last = world.batch().stderr(Stdio::null()).output().unwrap();
    assert!([0, 4].contains(&last.status.code().unwrap()), "{last:?}");
    println!("killed {killed} times");
    assert!(killed * 2 > kills, "killed {killed} times");
    world.check();
}

#[test]
fn four_commands_on_one_ledger_and_one_file_pay_for_every_row_once() {
    let world = World::new(number("CRASH_ROWS", 300) / 3);
    let spawn = |_| world.batch().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let children: Vec<Child> = (0..4).map(spawn).collect();
    for mut child in children {
        child.wait().unwrap();
    }
    assert!(Path::new(&world.folder.path().join("wide/report.html")).is_file());
    let last = world.batch().stderr(Stdio::null()).output().unwrap();
    assert!([0, 4].contains(&last.status.code().unwrap()), "{last:?}");
    world.check();
}
