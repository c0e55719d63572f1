//! Rows become entries.

use std::path::PathBuf;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use zoomout_core::{IdempotencyKey, Outcome, TaskId};

use super::problem::Problem;
use crate::entry::Entry;
use crate::filter::{Filter, Which};
use crate::owner::Owner;
use crate::state::State;

/// A clock may go back so far, in milliseconds, and a claim is still taken to be running.
const SLACK: i64 = 60_000;

/// Why a claim that ran out is unconfirmed.
const RAN_OUT: &str = "whoever submitted it was stopped before it was known what became of it";

const COLUMNS: &str = "number, server, account, key, named, turn, ticket, state, leased_at, lease_until, request, \
    billing_key, parent, task_id, reason, cost, shown, files, intended_at, accepted_at, ended_at, handed_out_at, \
    collected_at";

/// A row, and how its claim stands.
pub(super) struct Kept {
    pub(super) entry: Entry,
    /// For how long the claim runs on, in milliseconds; nothing where it is none, or has run out.
    pub(super) left: Option<u64>,
}

/// The last submission under this name.
pub(super) fn last(
    connection: &Connection,
    owner: &Owner,
    name: &str,
    now: u64,
) -> Result<Option<Kept>, Problem> {
    one(connection, owner, name, now, "turn DESC")
}

/// The one that the name stands for: the last that may be billed, whatever was refused after it; or else the last.
pub(super) fn current(
    connection: &Connection,
    owner: &Owner,
    name: &str,
    now: u64,
) -> Result<Option<Kept>, Problem> {
    one(connection, owner, name, now, "state = 'refused', turn DESC")
}

fn one(
    connection: &Connection,
    owner: &Owner,
    name: &str,
    now: u64,
    order: &str,
) -> Result<Option<Kept>, Problem> {
    let sql = format!(
        "SELECT {COLUMNS} FROM submission WHERE server = ?1 AND account = ?2 AND key = ?3 ORDER BY {order} LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let given = [&owner.server, &owner.account, name];
    let row = statement.query_row(given, |row| Ok(kept(row, now))).optional()?;
    row.transpose()
}

/// The entry of this number.
pub(super) fn of_number(connection: &Connection, number: i64, now: u64) -> Result<Entry, Problem> {
    let sql = format!("SELECT {COLUMNS} FROM submission WHERE number = ?1");
    connection.prepare_cached(&sql)?.query_row([number], |row| Ok(kept(row, now)))?.map(|kept| kept.entry)
}

/// The entries that somebody asks for.
pub(super) fn entries(connection: &Connection, filter: &Filter, now: u64) -> Result<Vec<Entry>, Problem> {
    let mut given: Vec<Value> = vec![Value::Integer(number(filter.after))];
    let which = match &filter.which {
        Which::All => "",
        Which::Unfinished => " AND handed_out_at IS NULL AND state <> 'refused'",
        Which::Uncollected => " AND collected_at IS NULL AND state NOT IN ('refused', 'failed')",
        Which::Name(name) => {
            given.push(name.clone().into());
            " AND key = ?"
        }
        Which::Task(task_id) => {
            given.push(task_id.as_str().to_owned().into());
            " AND task_id = ?"
        }
    };
    let whose = filter.owner.as_ref().map_or("", |owner| {
        given.extend([owner.server.clone().into(), owner.account.clone().into()]);
        " AND server = ? AND account = ?"
    });
    let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
    let sql = format!(
        "SELECT {COLUMNS} FROM submission WHERE number > ?{which}{whose} ORDER BY number LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(given), |row| Ok(kept(row, now)))?;
    rows.map(|row| row?.map(|kept| kept.entry)).collect()
}

/// As the database counts.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn kept(row: &Row<'_>, now: u64) -> Result<Kept, Problem> {
    let count =
        |name| -> Result<u64, Problem> { Ok(u64::try_from(row.get::<_, i64>(name)?).unwrap_or_default()) };
    let moment = |name| -> Result<Option<u64>, Problem> {
        Ok(row.get::<_, Option<i64>>(name)?.and_then(|moment| u64::try_from(moment).ok()))
    };
    let task = |name| -> Result<Option<TaskId>, Problem> {
        // Whatever was written was an id.
        Ok(row.get::<_, Option<String>>(name)?.and_then(|id| TaskId::new(id).ok()))
    };
    let state: String = row.get("state")?;
    let mut state = State::from_name(&state).ok_or(Problem::NoLedger)?;
    let mut reason: Option<String> = row.get("reason")?;
    let left = (state == State::Intended).then(|| left(row, now)).transpose()?.flatten();
    if state == State::Intended && left.is_none() {
        state = State::Unconfirmed;
        reason = Some(RAN_OUT.to_owned());
    }
    let task_id = task("task_id")?;
    let shown: Option<String> = row.get("shown")?;
    let outcome = match (&task_id, shown) {
        (Some(task_id), Some(shown)) => {
            Some(Outcome::new(task_id.clone(), state == State::Done, row.get("cost")?, shown))
        }
        _ => None,
    };
    let files: Option<String> = row.get("files")?;
    let files: Vec<PathBuf> = files.and_then(|files| serde_json::from_str(&files).ok()).unwrap_or_default();
    let entry = Entry {
        number: count("number")?,
        owner: Owner { server: row.get("server")?, account: row.get("account")? },
        key: row.get("key")?,
        named: row.get("named")?,
        turn: u32::try_from(count("turn")?).unwrap_or(u32::MAX),
        ticket: IdempotencyKey::new(row.get::<_, String>("ticket")?).map_err(|_| Problem::NoLedger)?,
        state,
        request: row.get("request")?,
        billing_key: row.get("billing_key")?,
        parent: task("parent")?,
        task_id,
        reason,
        outcome,
        intended_at: count("intended_at")?,
        accepted_at: moment("accepted_at")?,
        ended_at: moment("ended_at")?,
        handed_out_at: moment("handed_out_at")?,
        collected_at: moment("collected_at")?,
        files,
    };
    Ok(Kept { entry, left })
}

/// For how long a claim runs on. One that was made long after now is of a clock that has gone back since, and nobody
/// waits for that to catch up.
fn left(row: &Row<'_>, now: u64) -> Result<Option<u64>, Problem> {
    let (at, until): (i64, i64) = (row.get("leased_at")?, row.get("lease_until")?);
    let now = number(now);
    let runs = now < until && at <= now.saturating_add(SLACK);
    Ok(runs.then(|| u64::try_from(until - now).unwrap_or_default()))
}
