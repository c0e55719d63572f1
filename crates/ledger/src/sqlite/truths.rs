//! What came of claims: written down whenever it is known, however late.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, params};
use zoomout_core::{IdempotencyKey, Intent, Outcome, Record, TaskId};

use super::claims::insert;
use super::problem::Problem;
use super::row::{Kept, current, number, of_number};
use crate::entry::Entry;
use crate::owner::Owner;
use crate::resolution::Resolution;
use crate::state::State;

/// The last submission of a ticket.
const OF_TICKET: &str = "number = (SELECT max(number) FROM submission WHERE ticket = ?1)";

pub(super) fn record(
    connection: &Connection,
    owner: &Owner,
    record: &Record,
    now: u64,
) -> Result<(), Problem> {
    match record {
        Record::Accepted { ticket, task_id } => accept(connection, owner, ticket, task_id, now),
        Record::Released { ticket, reason } => release(connection, ticket, reason),
        Record::Unconfirmed { ticket, reason } => doubt(connection, ticket, reason),
        Record::Ended(outcome) => end(connection, owner, outcome, now),
    }
}

fn accept(
    connection: &Connection,
    owner: &Owner,
    ticket: &IdempotencyKey,
    task_id: &TaskId,
    now: u64,
) -> Result<(), Problem> {
    let known = format!("SELECT task_id FROM submission WHERE {OF_TICKET}");
    let known: Option<Option<String>> =
        connection.prepare_cached(&known)?.query_row([ticket.as_str()], |row| row.get(0)).optional()?;
    // Its claim was forgotten, or there is another task already, and yet it is paid for.
    if known.is_none_or(|task| task.is_some_and(|task| task != task_id.as_str())) {
        let turn = "SELECT coalesce(max(turn), 0) + 1 FROM submission WHERE server = ?1 AND account = ?2 AND key = ?3";
        let given = [&owner.server, &owner.account, ticket.as_str()];
        let turn = connection.prepare_cached(turn)?.query_row(given, |row| row.get(0))?;
        insert(connection, owner, &Intent::unknown(ticket.clone()), turn, (now, now))?;
    }
    let sql = format!(
        "UPDATE submission SET state = 'accepted', reason = NULL, task_id = ?2, accepted_at = ?3
        WHERE {OF_TICKET} AND state NOT IN ('done', 'failed')"
    );
    connection.prepare_cached(&sql)?.execute(params![ticket.as_str(), task_id.as_str(), number(now)])?;
    Ok(())
}

fn release(connection: &Connection, ticket: &IdempotencyKey, reason: &str) -> Result<(), Problem> {
    let sql = format!(
        "UPDATE submission SET state = 'refused', reason = ?2
        WHERE {OF_TICKET} AND state IN ('intended', 'unconfirmed')"
    );
    connection.prepare_cached(&sql)?.execute([ticket.as_str(), reason])?;
    Ok(())
}

fn doubt(connection: &Connection, ticket: &IdempotencyKey, reason: &str) -> Result<(), Problem> {
    let sql = format!(
        "UPDATE submission SET state = 'unconfirmed', reason = ?2 WHERE {OF_TICKET} AND state = 'intended'"
    );
    connection.prepare_cached(&sql)?.execute([ticket.as_str(), reason])?;
    Ok(())
}

fn end(connection: &Connection, owner: &Owner, outcome: &Outcome, now: u64) -> Result<(), Problem> {
    let state = if outcome.done { State::Done } else { State::Failed };
    let sql = "UPDATE submission SET state = ?4, cost = ?5, shown = ?6, ended_at = ?7
        WHERE task_id = ?1 AND server = ?2 AND account = ?3 AND state = 'accepted'";
    connection.prepare_cached(sql)?.execute(params![
        outcome.task_id.as_str(),
        owner.server,
        owner.account,
        state.as_str(),
        outcome.cost,
        outcome.shown,
        number(now)
    ])?;
    Ok(())
}

pub(super) fn handed_out(
    connection: &Connection,
    owner: &Owner,
    task_id: &TaskId,
    now: u64,
) -> Result<(), Problem> {
    let sql = "UPDATE submission SET handed_out_at = ?4
        WHERE task_id = ?1 AND server = ?2 AND account = ?3 AND handed_out_at IS NULL";
    let given = params![task_id.as_str(), owner.server, owner.account, number(now)];
    connection.prepare_cached(sql)?.execute(given)?;
    Ok(())
}

pub(super) fn collected(
    connection: &Connection,
    owner: &Owner,
    task_id: &TaskId,
    files: &[PathBuf],
    now: u64,
) -> Result<(), Problem> {
    let files: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
    let files = serde_json::to_string(&files).unwrap_or_default();
    let sql =
        "UPDATE submission SET collected_at = ?4, files = ?5, handed_out_at = coalesce(handed_out_at, ?4)
        WHERE task_id = ?1 AND server = ?2 AND account = ?3";
    let given = params![task_id.as_str(), owner.server, owner.account, number(now), files];
    connection.prepare_cached(sql)?.execute(given)?;
    Ok(())
}

pub(super) fn resolve(
    connection: &Connection,
    owner: &Owner,
    name: &str,
    resolution: &Resolution,
    now: u64,
) -> Result<Entry, Problem> {
    let Some(Kept { entry, .. }) = current(connection, owner, name, now)? else {
        return Err(Problem::Asked(Resolution::no_entry(name)));
    };
    if !resolution.fits(entry.state) {
        return Err(Problem::Asked(Resolution::not_in_doubt(&entry)));
    }
    if let Some(contradiction) = resolution.contradicts(&entry) {
        return Err(Problem::Asked(contradiction));
    }
    match resolution {
        Resolution::Task(task_id) => accept(connection, owner, &entry.ticket, task_id, now)?,
        Resolution::NotBilled => release(connection, &entry.ticket, Resolution::NOT_BILLED)?,
        Resolution::Lost => {
            let sql =
                "UPDATE submission SET state = 'failed', reason = ?2, handed_out_at = ?3 WHERE number = ?1";
            let given = params![number(entry.number), Resolution::LOST, number(now)];
            connection.prepare_cached(sql)?.execute(given)?;
        }
    }
    of_number(connection, number(entry.number), now)
}

/// What is intended, accepted or unconfirmed is never forgotten, nor pictures that nobody was handed.
pub(super) fn prune(connection: &Connection, before: u64) -> Result<u64, Problem> {
    let sql = "DELETE FROM submission WHERE intended_at < ?1
        AND (state = 'refused' OR (state IN ('done', 'failed') AND handed_out_at IS NOT NULL))";
    let pruned = connection.prepare_cached(sql)?.execute([number(before)])?;
    Ok(u64::try_from(pruned).unwrap_or(u64::MAX))
}
