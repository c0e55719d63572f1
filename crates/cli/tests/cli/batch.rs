//! A batch: priced before it spends, stopped and resumed, and never paid for twice.

use std::fs;

use serde_json::Value;
use zoomout_emulator::{Script, Seed};

use crate::command::{Ran, command};
use crate::world::World;

/// Writes the jobs.
fn jobs(world: &World, text: &str) {
    fs::write(world.path("jobs.csv"), text).unwrap();
}

fn command_of(world: &World, args: &[&str]) -> std::process::Command {
    world.command(&[&["batch", "jobs.csv", "--out", "wide"], args].concat())
}

fn run(world: &World, args: &[&str]) -> Ran {
    command_of(world, args).output().unwrap().into()
}

fn results(world: &World) -> Vec<Value> {
    let text = fs::read_to_string(world.path("wide/results.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// So many rows with this parent.
fn rows(count: usize) -> String {
    let row = format!("{},1.5\n", Seed::UPSCALED.task_id);
    format!("task_id,zoom_ratio\n{}", row.repeat(count))
}

#[test]
fn the_plan_costs_nothing_and_the_ceilings_are_kept() {
    let world = World::new();
    jobs(&world, &rows(3));
    let plan = run(&world, &["--dry-run", "--json"]);
    assert_eq!(
        (plan.code, &plan.json()["submissions"], &plan.json()["cost"]),
        (0, &3.into(), &0.16512.into())
    );
    let costly = run(&world, &["--max-cost", "0.16"]);
    assert_eq!(costly.code, 2, "{costly:?}");
    assert!(costly.stderr.contains("would cost 0.16512 USD, and at most 0.16 USD are allowed"), "{costly:?}");
    assert_eq!(run(&world, &["--max-submissions", "2"]).code, 2);
    jobs(&world, "task_id,zoom_ratio,colour\n,1.5,\ntask_1,0,\ntask_2,1.5,red\n");
    let bad = run(&world, &[]);
    assert_eq!(bad.code, 2, "{bad:?}");
    assert_eq!((world.bill(), world.path("wide").exists()), (0, false));
}

#[test]
fn every_bad_line_is_listed() {
    let world = World::new();
    jobs(&world, "task_id,zoom_ratio\n,1.5\ntask_1,0\ntask_2,1.5\n");
    let bad = run(&world, &[]);
    assert!(bad.stderr.contains("line 2: task_id") && bad.stderr.contains("line 3: zoom_ratio"), "{bad:?}");
    let told = run(&world, &["--json"]).json();
    assert_eq!(told["error"]["lines"]["named"][1]["line"], 3, "{told}");
}

#[test]
fn the_same_command_again_pays_for_nothing_and_fetches_what_is_missing() {
    let world = World::new();
    jobs(&world, &rows(4));
    let first = run(&world, &["--max-cost", "1"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.starts_with("4 done\ncost: 0.22016 USD"), "{first:?}");
    let before = results(&world);
    let picture = world.path("wide").join(before[2]["paths"][0].as_str().unwrap());
    fs::remove_file(&picture).unwrap();
    let second = run(&world, &["--max-cost", "0"]);
    assert_eq!(second.code, 0, "{second:?}");
    assert!(picture.is_file());
    assert_eq!((results(&world), world.bill()), (before, 4));
    let page = fs::read_to_string(world.path("wide/report.html")).unwrap();
    assert!(page.contains("Zoom Out 1.5x"));
    // A row in front changes no other row's key.
    jobs(&world, &format!("task_id,zoom_ratio\n{},2\n{}", Seed::UPSCALED.task_id, &rows(4)[19..]));
    let more = run(&world, &["--max-submissions", "1"]);
    assert_eq!((more.code, world.bill()), (0, 5), "{more:?}");
}

#[test]
fn a_failed_row_is_submitted_anew_only_when_asked() {
    let world = World::new();
    jobs(&world, &rows(2));
    let fails =
        br#"{"faults":[{"on":"zoom","fault":{"kind":"task_fails","reason":"moderation"},"times":1}]}"#;
    world.server.inject(Script::from_json(fails).unwrap());
    for _ in 0..2 {
        let ran = run(&world, &[]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stdout.starts_with("1 done, 1 failed"), "{ran:?}");
    }
    assert_eq!(world.bill(), 2);
    let anew = run(&world, &["--retry-failed"]);
    assert_eq!((anew.code, world.bill()), (0, 3), "{anew:?}");
}

#[test]
fn results_come_as_json_from_stdin_to_stdout() {
    let world = World::new();
    let jobs = format!("{{\"task_id\":\"{}\",\"output\":\"a/one.png\"}}\n", Seed::UPSCALED.task_id);
    let global = ["--base-url", world.server.url(), "--time-scale", "300", "--ledger", "ledger.db", "--json"];
    let mut child = command(&[&global[..], &["batch", "-", "--out", "wide", "--in-order"]].concat())
        .env("APIMART_API_KEY", "sk-emulator")
        .current_dir(world.folder.path())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), jobs.as_bytes()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(
        (ran.code, &ran.json()["state"], &ran.json()["paths"][0]),
        (0, &"done".into(), &"a/one.png".into()),
        "{ran:?}"
    );
    assert!(world.path("wide/a/one.png").is_file());
}

#[cfg(unix)]
#[test]
fn a_stopped_batch_goes_on_with_the_same_command() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    jobs(&world, &rows(60));
    let mut child = command_of(&world, &["--window", "4", "-v"]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    let mut posts = 0;
    while posts < 12 {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ended");
        posts += usize::from(line.contains("POST"));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let told: Vec<String> = stderr.lines().map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{told:#?}");
    let told = told.join("\n");
    assert!(told.contains("the same command goes on"), "{told}");
    assert!(told.contains("batch --out wide") && told.contains("-- jobs.csv"), "{told}");
    let before = world.bill();
    assert!(before < 60, "{before}");
    let rest = run(&world, &[]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert_eq!((world.bill(), results(&world).len()), (60, 60));
}

/// In a mount of its own, where that is allowed: a small disk that is full, and is made larger.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_a_batch_before_it_spends_more() {
    let allowed = std::process::Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("skipped: this machine lets nobody mount a small disk");
        return;
    }
    let world = World::new();
    jobs(&world, &rows(40));
    let script = r#"
        mkdir small && mount -t tmpfs -o size=400k small small || exit 99
        zoomout() { "$BIN" --base-url "$URL" --time-scale 300 --ledger small/ledger.db batch jobs.csv --out small/wide --window 4; }
        zoomout; echo "first: $?"
        mount -o remount,size=64m small
        zoomout; echo "second: $?"
    "#;
    let ran: Ran = std::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .current_dir(world.folder.path())
        .env("BIN", env!("CARGO_BIN_EXE_zoomout"))
        .env("URL", world.server.url())
        .env("APIMART_API_KEY", "sk-emulator")
        .output()
        .unwrap()
        .into();
    assert!(ran.stdout.contains("first: 8"), "{ran:?}");
    assert!(ran.stderr.contains("stopped before more is spent"), "{ran:?}");
    // Whose acceptance could not be written down was told with its task, and waits for a word of a person.
    let unknown = ran.stderr.matches("warning: the record of task_").count();
    let is_whole = ran.stdout.contains("second: 0");
    assert!(is_whole || (unknown > 0 && ran.stdout.contains("second: 4")), "{ran:?}");
    let done = ran.stdout.lines().rev().find_map(|line| line.split_once(" done")).unwrap().0;
    assert!(done.parse::<usize>().unwrap() + unknown >= 40, "{ran:?}");
    assert_eq!(world.bill(), 40, "{ran:?}");
}

#[cfg(unix)]
#[test]
fn the_batch_has_one_name_whether_or_not_its_folder_is_there() {
    let world = World::new();
    jobs(&world, &rows(2));
    fs::create_dir(world.path("real")).unwrap();
    std::os::unix::fs::symlink("real", world.path("link")).unwrap();
    for (out, bill) in [("link/sub/wide", 2), ("new/../deep", 4)] {
        for _ in 0..2 {
            let ran: Ran = world.command(&["batch", "jobs.csv", "--out", out]).output().unwrap().into();
            assert_eq!((ran.code, world.bill()), (0, bill), "{ran:?}");
        }
    }
}

#[test]
fn a_file_that_is_of_something_else_is_not_replaced() {
    let world = World::new();
    let parent = Seed::UPSCALED.task_id;
    jobs(&world, &format!("task_id,zoom_ratio,output\n{parent},1.5,a.png\n"));
    assert_eq!(run(&world, &[]).code, 0);
    let picture = fs::read(world.path("wide/a.png")).unwrap();
    jobs(&world, &format!("task_id,zoom_ratio,output\n{parent},2,a.png\n"));
    let other = run(&world, &[]);
    assert_eq!((other.code, world.bill()), (2, 1), "{other:?}");
    assert!(other.stderr.contains("names a file that is there, and not of this row"), "{other:?}");
    assert_eq!(fs::read(world.path("wide/a.png")).unwrap(), picture);
}

#[test]
fn a_price_that_rose_stops_the_batch_at_its_ceiling() {
    let world = World::new();
    jobs(&world, &rows(5));
    let prices = r#"{"observed":"2026-09-21","cells":{"midjourney@zoom":0.01,"midjourney":0.01}}"#;
    fs::write(world.path("prices.json"), prices).unwrap();
    let ran = run(&world, &["--prices", "prices.json", "--max-cost", "0.05", "--window", "1"]);
    assert_eq!((ran.code, world.bill()), (2, 1), "{ran:?}");
    assert!(ran.stderr.contains("max_cost is reached, and 4 rows were not sent"), "{ran:?}");
}

#[test]
fn a_row_that_repeats_another_pays_by_the_same_rules() {
    let world = World::new();
    let parent = Seed::UPSCALED.task_id;
    jobs(&world, &format!("task_id,zoom_ratio,key\n{parent},1.5,k1\n{parent},1.5,k1\n{parent},2,k2\n"));
    let refuses = br#"{"faults":[{"on":"zoom","times":1,"fault":{"kind":"answer","status":402,"body":"{\"error\":{\"code\":402,\"message\":\"x\"}}"}}]}"#;
    world.server.inject(Script::from_json(refuses).unwrap());
    let ran = run(&world, &["--max-submissions", "2", "--window", "1"]);
    assert_eq!(world.bill(), 2, "{ran:?}");
    assert!(ran.stdout.contains("cost: 0.11008 USD"), "{ran:?}");
    let states: Vec<_> = results(&world).iter().map(|result| result["state"].clone()).collect();
    assert_eq!(states, ["refused", "done", "done"]);
}

#[test]
fn a_folder_that_cannot_be_made_leaves_nobody_behind() {
    let world = World::new();
    let parent = Seed::UPSCALED.task_id;
    jobs(&world, &format!("task_id,output\n{parent},a.png\n{parent},sub/x.png\n{parent},c.png\n"));
    fs::create_dir(world.path("wide")).unwrap();
    fs::write(world.path("wide/sub"), "").unwrap();
    let ran = run(&world, &["--window", "2"]);
    assert_eq!((ran.code, world.bill()), (8, 1), "{ran:?}");
    assert!(ran.stderr.contains("stopped before more is spent, with 2 rows not sent"), "{ran:?}");
    assert!(ran.stderr.contains("billed:  yes"), "{ran:?}");
    assert_eq!((results(&world).len(), world.path("wide/a.png").is_file()), (3, true));
}

#[test]
fn what_could_not_be_read_back_is_refused_at_once() {
    let world = World::new();
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let row = |depth| {
        format!("{{\"task_id\":\"{}\",\"extra\":{{\"a\":{}}}}}\n", Seed::UPSCALED.task_id, deep(depth))
    };
    jobs(&world, &[row(90), row(125)].concat());
    let ran = run(&world, &["--format", "jsonl"]);
    assert_eq!((ran.code, world.bill()), (2, 0), "{ran:?}");
    assert!(ran.stderr.contains("line 2: extra must not be nested deeper than 100 levels"), "{ran:?}");
    jobs(&world, "task_id\n");
    assert!(run(&world, &[]).stderr.contains("jobs holds no rows"));
}
