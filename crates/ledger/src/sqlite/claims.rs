//! Who may submit what: the one place where a submission becomes somebody's.

use std::time::Duration;

use rusqlite::{Connection, named_params};
use zoomout_core::{Claim, Intent, TaskId};

use super::problem::Problem;
use super::row::{Kept, current, last, number};
use crate::owner::Owner;
use crate::state::State;

/// Claims a submission, in a transaction that nobody else writes beside.
pub(super) fn claim(
    connection: &Connection,
    owner: &Owner,
    intent: &Intent,
    lease: Duration,
    now: u64,
) -> Result<Claim, Problem> {
    let until = now.saturating_add(u64::try_from(lease.as_millis()).unwrap_or(u64::MAX));
    let new = |turn| insert(connection, owner, intent, turn, (now, until)).map(|()| Claim::New { lease });
    let Some(Kept { entry: last, .. }) = last(connection, owner, intent.name(), now)? else { return new(1) };
    if last.state == State::Refused && last.ticket == intent.ticket {
        renew(connection, number(last.number), (now, until))?;
        return Ok(Claim::New { lease });
    }
    let Some(Kept { entry, left }) = current(connection, owner, intent.name(), now)? else { return new(1) };
    let is_mine = entry.ticket == intent.ticket;
    if entry.request != intent.request && entry.state != State::Refused {
        return Ok(Claim::Conflict { request: entry.request });
    }
    match (entry.state, entry.outcome, entry.task_id) {
        (State::Intended, ..) if !is_mine => {
            Ok(Claim::Held { left: Duration::from_millis(left.unwrap_or_default()) })
        }
        // A claim that ran out is still its holder's, unless somebody knows better.
        (State::Intended, ..) => {
            renew(connection, number(entry.number), (now, until))?;
            Ok(Claim::New { lease })
        }
        (State::Unconfirmed, _, None) if is_mine && left_to_run_out(connection, number(entry.number))? => {
            renew(connection, number(entry.number), (now, until))?;
            Ok(Claim::New { lease })
        }
        (State::Refused, ..) => new(last.turn + 1),
        (State::Done | State::Failed, ..) if intent.again => new(last.turn + 1),
        (State::Done | State::Failed, Some(outcome), _) => Ok(Claim::Ended(outcome)),
        (_, _, Some(task_id)) => Ok(Claim::Accepted(task_id)),
        (_, _, None) => Ok(Claim::Unconfirmed { reason: entry.reason.unwrap_or_default() }),
    }
}

/// Whether it is unconfirmed for no other reason than that its time ran out.
fn left_to_run_out(connection: &Connection, number: i64) -> Result<bool, Problem> {
    let sql = "SELECT state = 'intended' FROM submission WHERE number = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([number], |row| row.get(0))?)
}

fn renew(connection: &Connection, number: i64, (now, until): (u64, u64)) -> Result<(), Problem> {
    let sql = "UPDATE submission SET state = 'intended', reason = NULL, leased_at = ?2, lease_until = ?3 WHERE number = ?1";
    let given = [number, super::row::number(now), super::row::number(until)];
    connection.prepare_cached(sql)?.execute(given)?;
    Ok(())
}

pub(super) fn insert(
    connection: &Connection,
    owner: &Owner,
    intent: &Intent,
    turn: u32,
    (now, until): (u64, u64),
) -> Result<(), Problem> {
    let sql = "INSERT INTO submission
        (server, account, key, named, turn, ticket, state, leased_at, lease_until, request, billing_key, parent, intended_at)
        VALUES (:server, :account, :key, :named, :turn, :ticket, 'intended', :now, :until, :request, :billing_key, :parent, :now)";
    connection.prepare_cached(sql)?.execute(named_params! {
        ":server": owner.server,
        ":account": owner.account,
        ":key": intent.name(),
        ":named": intent.key.is_some(),
        ":turn": turn,
        ":ticket": intent.ticket.as_str(),
        ":now": number(now),
        ":until": number(until),
        ":request": intent.request,
        ":billing_key": intent.billing_key,
        ":parent": intent.parent.as_ref().map(TaskId::as_str),
    })?;
    Ok(())
}
