//! `ledger`: what is on record, for people and for programs.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use zoomout::{Entry, Error, ErrorKind, Filter, Ledger, LedgerError, Resolution, State, TaskId, Which};

use crate::args;
use crate::failure::Failure;
use crate::fit;
use crate::ledger::Place;
use crate::session::{Session, Tools};

/// So many entries are read at a time.
const PAGE: usize = 1_000;

pub(crate) fn run(tools: &Tools<'_>, command: args::Ledger) -> Result<(), Failure> {
    let place = Place::of(tools.global)?;
    let Some(file) = place.file() else {
        return Err(Error::invalid("ledger", "is needed: there is no other record than a file").into());
    };
    if !file.exists() {
        tools.output.tell(&format!("there is no ledger yet: {}", fit::exact(file.display())));
        return Ok(());
    }
    let ledger = place.open();
    match command {
        args::Ledger::List { state, limit } => Ok(list(tools, &ledger, &state, limit).map_err(unusable)?),
        args::Ledger::Show { name } => show(tools, &ledger, &name),
        args::Ledger::Resolve { key, task, lost, not_billed: _ } => {
            let resolution = match task {
                Some(task) => Resolution::Task(TaskId::new(task)?),
                None if lost => Resolution::Lost,
                None => Resolution::NotBilled,
            };
            resolve(tools, &ledger, &key, &resolution)
        }
        args::Ledger::Export => Ok(export(tools, &ledger).map_err(unusable)?),
        args::Ledger::Prune { older_than } => Ok(prune(tools, &ledger, older_than).map_err(unusable)?),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is mapped over")]
fn unusable(error: LedgerError) -> Error {
    Error::unsent(ErrorKind::Storage, "the ledger cannot be used").caused_by(&error)
}

fn list(
    tools: &Tools<'_>,
    ledger: &Arc<dyn Ledger>,
    states: &[String],
    limit: usize,
) -> Result<(), LedgerError> {
    let mut newest = VecDeque::new();
    let mut count = 0_usize;
    each(ledger, |entry| {
        if !states.is_empty() && !states.iter().any(|state| state == entry.state.as_str()) {
            return true;
        }
        count += 1;
        newest.push_back(entry);
        if newest.len() > limit {
            newest.pop_front();
        }
        true
    })?;
    if tools.global.json {
        for entry in &newest {
            tools.output.result(|| json!(entry), String::new);
        }
        return Ok(());
    }
    if count > newest.len() {
        tools.output.tell(&format!("{} older ones are not shown; --limit shows more", count - newest.len()));
    }
    match newest.len() {
        0 => tools.output.tell("nothing is on record"),
        _ => drop(tools.output.result(|| json!(null), || table(newest.make_contiguous()))),
    }
    if newest.iter().any(|entry| entry.state == State::Unconfirmed) {
        let next = "zoomout ledger resolve KEY with --task ID, --not-billed or --lost";
        tools.output.tell(&format!("for what is unconfirmed, look at the account, then: {next}"));
    }
    Ok(())
}

fn show(tools: &Tools<'_>, ledger: &Arc<dyn Ledger>, name: &str) -> Result<(), Failure> {
    let mut found = ledger.entries(&of(Which::Name(name.to_owned()))).map_err(unusable)?;
    if let (true, Ok(task_id)) = (found.is_empty(), TaskId::new(name)) {
        found = ledger.entries(&of(Which::Task(task_id))).map_err(unusable)?;
    }
    if found.is_empty() {
        return Err(no_entry("name", name).into());
    }
    for entry in &found {
        tools.output.result(|| json!(entry), || describe(entry));
    }
    Ok(())
}

/// Settles what a person knows. A key is one account's on one server: where several have it, that of this call is
/// meant.
fn resolve(
    tools: &Tools<'_>,
    ledger: &Arc<dyn Ledger>,
    key: &str,
    resolution: &Resolution,
) -> Result<(), Failure> {
    let found = ledger.entries(&of(Which::Name(key.to_owned()))).map_err(unusable)?;
    let owners: BTreeSet<_> = found.iter().map(|entry| entry.owner.clone()).collect();
    let mine = match (owners.len(), found.last()) {
        (1, Some(entry)) => Some(entry.owner.clone()),
        (0, _) | (_, None) => None,
        _ => {
            Session::open(tools)?.client.entries(Which::Name(key.to_owned()))?.pop().map(|entry| entry.owner)
        }
    };
    let owner = mine.ok_or_else(|| no_entry("key", key))?;
    let mut mine = found.iter().rev().filter(|entry| entry.owner == owner).peekable();
    let last = mine.peek().copied();
    let last = mine.find(|entry| entry.state != State::Refused).or(last);
    if let Some(entry) = last.filter(|entry| !resolution.fits(entry.state)) {
        let problem = format_args!("stands for a submission that is {}, and so not in doubt", entry.state);
        return Err(Error::invalid("key", problem).into());
    }
    let resolved = ledger.resolve(&owner, key, resolution).map_err(unusable)?;
    tools.output.result(|| json!(resolved), || describe(&resolved));
    Ok(())
}

fn export(tools: &Tools<'_>, ledger: &Arc<dyn Ledger>) -> Result<(), LedgerError> {
    each(ledger, |entry| tools.output.print(&fit::json(&json!(entry))))
}

fn prune(tools: &Tools<'_>, ledger: &Arc<dyn Ledger>, days: u32) -> Result<(), LedgerError> {
    let age = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
    let before = SystemTime::now().checked_sub(age).unwrap_or(UNIX_EPOCH);
    let pruned = ledger.prune(millis(before))?;
    tools.output.result(|| json!({ "pruned": pruned }), || format!("{pruned} forgotten"));
    Ok(())
}

/// Goes through all entries, page by page, until somebody has seen enough.
fn each(ledger: &Arc<dyn Ledger>, mut see: impl FnMut(Entry) -> bool) -> Result<(), LedgerError> {
    let mut filter = Filter { limit: Some(PAGE), ..Filter::default() };
    loop {
        let page = ledger.entries(&filter)?;
        let Some(last) = page.last() else { return Ok(()) };
        filter.after = last.number;
        for entry in page {
            if !see(entry) {
                return Ok(());
            }
        }
    }
}

fn of(which: Which) -> Filter {
    Filter { which, ..Filter::default() }
}

fn no_entry(field: &'static str, name: &str) -> Error {
    Error::invalid(field, format_args!("is not on record: {:?}", fit::words(name)))
}

/// A line an entry.
fn table(entries: &[Entry]) -> String {
    let rows = entries.iter().map(|entry| {
        let task = entry.task_id.as_ref().map_or_else(|| "-".to_owned(), fit::exact);
        [
            age(entry.intended_at),
            entry.state.to_string(),
            entry.billing_key.clone(),
            task,
            fit::exact(&entry.key),
        ]
    });
    let head = ["WHEN", "STATE", "BILLED TO", "TASK", "KEY"].map(str::to_owned);
    let rows: Vec<[String; 5]> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 5]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ", width = *width);
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn describe(entry: &Entry) -> String {
    let mut text = format!("{}: {}", fit::exact(&entry.key), entry.state);
    let mut line = |name: &str, value: String| {
        let _ = write!(text, "\n  {name:<11}{value}");
    };
    line("server:", fit::exact(&entry.owner.server));
    line("account:", fit::exact(&entry.owner.account));
    line("request:", fit::exact(&entry.request));
    line("billed to:", fit::exact(&entry.billing_key));
    if let Some(task_id) = &entry.task_id {
        line("task:", fit::exact(task_id));
    }
    if let Some(cost) = entry.outcome.as_ref().and_then(|outcome| outcome.cost) {
        line("cost:", format!("{cost} USD"));
    }
    if let Some(reason) = &entry.reason {
        line("reason:", fit::words(reason));
    }
    for (name, moment) in [
        ("claimed:", Some(entry.intended_at)),
        ("accepted:", entry.accepted_at),
        ("ended:", entry.ended_at),
        ("told:", entry.handed_out_at),
        ("saved:", entry.collected_at),
    ] {
        if let Some(moment) = moment {
            line(name, date(moment));
        }
    }
    for file in &entry.files {
        let gone = if file.exists() { "" } else { " (it is there no more)" };
        line("file:", format!("{}{gone}", fit::exact(file.display())));
    }
    if entry.state == State::Unconfirmed {
        line(
            "next:",
            "look at the account, then: zoomout ledger resolve KEY --task ID, --not-billed or --lost"
                .to_owned(),
        );
    }
    text
}

fn date(moment: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(moment.min(253_402_300_799_000)))
}

fn age(moment: u64) -> String {
    let seconds = millis(SystemTime::now()).saturating_sub(moment) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn millis(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
