//! What the file looks like, and how one of an earlier version becomes one of this.

use std::io;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::problem::Problem;
use crate::owner::Salt;

/// What tells a ledger from all other databases: "zoom" in ASCII.
const APPLICATION: i64 = 0x7a6f_6f6d;

/// What each version adds to the one before.
const MIGRATIONS: [&str; 1] = [r"
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- One row for each submission. Moments are milliseconds since 1970.
CREATE TABLE submission (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server TEXT NOT NULL,           -- the address of the API
    account TEXT NOT NULL,          -- a salted fingerprint of the API key
    key TEXT NOT NULL,              -- the caller's name for it, or else the ticket
    named INTEGER NOT NULL,         -- whether the caller gave it that name
    turn INTEGER NOT NULL,          -- which submission under this name it is, from 1
    ticket TEXT NOT NULL,           -- whose claim it is; the Idempotency-Key that it carried
    state TEXT NOT NULL CHECK (state IN ('intended', 'accepted', 'done', 'failed', 'refused', 'unconfirmed')),
    leased_at INTEGER NOT NULL,     -- when it was claimed, or the claim renewed
    lease_until INTEGER NOT NULL,   -- if it is still intended then, nobody knows what became of it
    request TEXT NOT NULL,          -- the action, as JSON
    billing_key TEXT NOT NULL,      -- the price cell
    parent TEXT,                    -- the task that it starts from
    task_id TEXT,                   -- the task that was accepted
    reason TEXT,                    -- why it was refused, or why nobody knows
    cost REAL,                      -- in USD, as the API reported it
    shown TEXT,                     -- the task at its end, as the API showed it: JSON
    files TEXT,                     -- where its pictures were saved: JSON
    intended_at INTEGER NOT NULL,
    accepted_at INTEGER,
    ended_at INTEGER,
    handed_out_at INTEGER,          -- when its end reached whoever asked for it
    collected_at INTEGER,           -- when its pictures were saved
    UNIQUE (server, account, key, turn)
) STRICT;
CREATE INDEX submission_by_key ON submission (key);
CREATE INDEX submission_by_ticket ON submission (ticket);
CREATE INDEX submission_by_task ON submission (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX unfinished ON submission (number) WHERE handed_out_at IS NULL AND state <> 'refused';
CREATE INDEX uncollected ON submission (number)
    WHERE collected_at IS NULL AND state NOT IN ('refused', 'failed');

-- For people.
CREATE VIEW submissions AS SELECT
    number, key, task_id,
    CASE WHEN state = 'intended' AND lease_until <= unixepoch('subsec') * 1000 THEN 'unconfirmed' ELSE state END AS state,
    billing_key, cost, reason, parent, files,
    datetime(intended_at / 1000, 'unixepoch') AS intended,
    datetime(accepted_at / 1000, 'unixepoch') AS accepted,
    datetime(ended_at / 1000, 'unixepoch') AS ended,
    datetime(handed_out_at / 1000, 'unixepoch') AS handed_out,
    datetime(collected_at / 1000, 'unixepoch') AS collected,
    request, server, account
FROM submission;
"];

/// Makes sure that the file is a ledger in the shape of this version.
pub(super) fn prepare(connection: &Connection) -> Result<(), Problem> {
    // In one view of it, for somebody else may be making it.
    let view = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let version = version(&view)?;
    view.commit()?;
    // Writers and readers do not wait for each other.
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    debug_assert!(mode == "wal" || mode == "memory", "{mode}");
    connection.pragma_update(None, "synchronous", "full")?;
    if version < newest() {
        migrate(connection)?;
    }
    Ok(())
}

/// The shape of a ledger; 0 where the database is empty.
fn version(connection: &Connection) -> Result<i64, Problem> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    if application != APPLICATION {
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        return if (application, version, tables) == (0, 0, 0) { Ok(0) } else { Err(Problem::NoLedger) };
    }
    if version > newest() { Err(Problem::Newer(version)) } else { Ok(version) }
}

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// All or nothing, whoever else opens the file at the same moment.
fn migrate(connection: &Connection) -> Result<(), Problem> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let old = usize::try_from(version(&transaction)?).unwrap_or_default();
    for migration in MIGRATIONS.iter().skip(old) {
        transaction.execute_batch(migration)?;
    }
    if old == 0 {
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(|error| Problem::Io(io::Error::other(error.to_string())))?;
        transaction.execute("INSERT INTO meta (name, value) VALUES ('salt', ?1)", [&salt[..]])?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()?;
    Ok(())
}

pub(super) fn salt(connection: &Connection) -> Result<Salt, Problem> {
    let stored: Vec<u8> =
        connection.query_row("SELECT value FROM meta WHERE name = 'salt'", [], |row| row.get(0))?;
    Salt::try_from(stored).map_err(|_| Problem::NoLedger)
}
