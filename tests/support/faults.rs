//! The fault matrix: one table for every face, `tests/faults/table.json`.
//!
//! Each cell says how a zoom ends when the fault strikes there, as `KIND BILLED POSTS CHARGED`: `done` or
//! the kind of the error, whether it says `no`, `maybe` or `yes` to money, how many submissions the server
//! read, and how many charges stand on its bill at the end. `*` is any number; ` | ` parts what may happen
//! either way, because the fault races with the request.

use serde_json::{Value, json};
use zoomout_emulator::Server;

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// While the zoom is submitted.
    Submission,
    /// While the task is looked at.
    Look,
    /// While the picture is downloaded.
    Picture,
}

impl Phase {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::Submission, "submission", "zoom"),
        (Self::Look, "look", "task"),
        (Self::Picture, "picture", "file"),
    ];
}

/// One cell of the table: a fault, where and how often it strikes, and how the zoom then ends.
#[derive(Clone, Debug)]
pub struct Case {
    /// What happens, in words.
    pub what: String,
    /// Where.
    pub phase: Phase,
    /// Whether it happens again and again.
    pub always: bool,
    /// The end that the table promises.
    pub end: String,
    /// The script that makes it happen.
    pub script: String,
    /// Whether the server refuses connections from the start, which no script can do.
    pub shut: bool,
}

/// A row of the table, as it is shown to users.
#[derive(Clone, Debug)]
pub struct Row {
    /// What happens, in words.
    pub what: String,
    /// The ends, in the order of the columns.
    pub ends: Vec<String>,
}

fn table() -> Value {
    serde_json::from_str(include_str!("../faults/table.json")).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("an empty cell: {value}")).to_owned()
}

/// Every cell of the table.
pub fn cases() -> Vec<Case> {
    let table = table();
    let faults = table["faults"].as_array().unwrap().iter().flat_map(|row| {
        Phase::ALL.into_iter().flat_map(move |(phase, name, target)| {
            [("once", false), ("always", true)].map(|(times, always)| {
                let connection = row["connection"] == true;
                let mut fault = row["fault"].clone();
                if fault["kind"] == "refuse" && always {
                    fault["millis"] = json!(3_600_000);
                }
                let mut rule =
                    json!({ "on": if connection { "connection" } else { target }, "fault": fault });
                if !always || fault["kind"] == "refuse" {
                    rule["times"] = json!(1);
                }
                if connection {
                    // Submission, looks and pictures each have a connection of their own.
                    rule["skip"] = json!(phase as u8);
                }
                let shut = fault["kind"] == "refuse" && phase == Phase::Submission;
                let faults = if shut { json!([]) } else { json!([rule]) };
                Case {
                    what: text(&row["what"]),
                    phase,
                    always,
                    end: text(&row[name][times]),
                    script: json!({ "faults": faults }).to_string(),
                    shut,
                }
            })
        })
    });
    let fates = table["fates"].as_array().unwrap().iter().map(|row| {
        let mut rule = row.clone();
        for name in ["what", "end"] {
            rule.as_object_mut().unwrap().remove(name);
        }
        Case {
            what: text(&row["what"]),
            phase: Phase::Look,
            always: row.get("times").is_none(),
            end: text(&row["end"]),
            script: json!({ "faults": [rule] }).to_string(),
            shut: false,
        }
    });
    faults.chain(fates).collect()
}

/// The rows of the first table (three places, once and always) and of the second (one end).
pub fn rows() -> (Vec<Row>, Vec<Row>) {
    let table = table();
    let faults = table["faults"].as_array().unwrap().iter().map(|row| Row {
        what: text(&row["what"]),
        ends: Phase::ALL
            .into_iter()
            .flat_map(|(_, name, _)| ["once", "always"].map(|times| text(&row[name][times])))
            .collect(),
    });
    let fates = table["fates"].as_array().unwrap().iter();
    let fates = fates.map(|row| Row { what: text(&row["what"]), ends: vec![text(&row["end"])] });
    (faults.collect(), fates.collect())
}

/// How a zoom ended, in the words of the table.
pub fn end(kind: &str, billed: &str, server: &Server) -> String {
    let posts = server.requests().iter().filter(|request| request.method == "POST").count();
    let charged = server.bill().lines.iter().filter(|line| !line.refunded).count();
    format!("{kind} {billed} {posts} {charged}")
}

impl Case {
    /// Whether this end is one that the table promises.
    pub fn allows(&self, end: &str) -> bool {
        self.end.split(" | ").any(|promised| {
            let (mut promised, mut seen) = (promised.split(' '), end.split(' '));
            promised.by_ref().zip(seen.by_ref()).all(|(word, seen)| word == "*" || word == seen)
                && promised.next().is_none()
                && seen.next().is_none()
        })
    }

    /// The case in a line.
    pub fn name(&self) -> String {
        format!("{} ({:?}, {})", self.what, self.phase, if self.always { "always" } else { "once" })
    }
}

/// Runs every case on a few threads, and complains about all that end otherwise than the table says.
pub fn run_all(run: impl Fn(&Case) -> String + Sync) {
    let cases = cases();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
                    let end = run(case);
                    if !case.allows(&end) {
                        let line = format!("{}: promised {:?}, got {end:?}", case.name(), case.end);
                        wrong.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
