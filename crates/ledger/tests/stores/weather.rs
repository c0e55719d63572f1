//! Files that are none, disks that are full, others who lock: each in words that say what to do.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use zoomout_core::{Claim, LedgerError};
use zoomout_ledger::{Filter, Ledger, SqliteLedger, Which};

use crate::world::{intent, is_new, me, of};

/// What somebody is told who wants to submit.
fn told(path: &Path) -> String {
    SqliteLedger::at(path)
        .patience(Duration::from_millis(50))
        .claim(&me(), &intent(None, 1))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_file_that_is_no_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "buy milk\n".repeat(200)).unwrap();
    assert!(told(&text).contains("is no ledger: another file must be named"), "{}", told(&text));
    assert_eq!(fs::read_to_string(&text).unwrap(), "buy milk\n".repeat(200));
    let database = folder.path().join("other.db");
    Connection::open(&database).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(told(&database).contains("is no ledger"), "{}", told(&database));
}

#[test]
fn a_ledger_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    SqliteLedger::at(&path).claim(&me(), &intent(None, 1)).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(told(&path).contains("newer version of zoomout (format 99)"), "{}", told(&path));
}

#[test]
fn a_locked_file_is_waited_for_and_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    SqliteLedger::at(&path).claim(&me(), &intent(None, 1)).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(told(&path).contains("was locked by another program for too long"), "{}", told(&path));
    other.execute_batch("COMMIT").unwrap();
    let ledger = SqliteLedger::at(&path);
    assert!(is_new(&ledger.claim(&me(), &intent(None, 2)).unwrap()));
}

#[test]
fn where_time_runs_faster_claims_run_out_sooner() {
    let folder = tempfile::tempdir().unwrap();
    for (pace, seconds) in [(1.0, 180), (60.0, 3), (1e9, 2), (0.1, 180), (f64::NAN, 180), (f64::INFINITY, 2)]
    {
        let ledger = SqliteLedger::at(folder.path().join(format!("{pace}.db"))).at_pace(pace);
        let claim = ledger.claim(&me(), &intent(None, 1)).unwrap();
        assert_eq!(claim, Claim::New { lease: Duration::from_secs(seconds) }, "at pace {pace}");
    }
}

#[test]
fn for_a_fork_all_are_closed_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zooms.db");
    let (ledger, other) = (SqliteLedger::at(&path), SqliteLedger::at(&path));
    let write = |writer: u128| {
        for number in 0..50 {
            ledger.claim(&me(), &intent(None, writer * 50 + number)).unwrap();
            other.salt().unwrap();
        }
    };
    thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || write(writer));
        }
        for _ in 0..10 {
            let closed = SqliteLedger::close_all();
            // Whoever closes the last connection takes this file away.
            assert!(!folder.path().join("zooms.db-wal").exists());
            drop(closed);
        }
    });
    assert_eq!(of(&other, Which::All).len(), 200);
}

#[test]
fn after_a_failure_it_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    fs::create_dir(&path).unwrap();
    let ledger = SqliteLedger::at(&path);
    let error: LedgerError = ledger.claim(&me(), &intent(None, 1)).unwrap_err();
    assert!(error.to_string().contains("is no ledger"), "{error}");
    fs::remove_dir(&path).unwrap();
    assert!(is_new(&ledger.claim(&me(), &intent(None, 1)).unwrap()));
    assert_eq!(ledger.entries(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_file_that_is_deleted_meanwhile_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = SqliteLedger::at(&path);
    ledger.claim(&me(), &intent(Some("a"), 1)).unwrap();
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{end}", path.display())).unwrap();
    }
    assert!(is_new(&ledger.claim(&me(), &intent(Some("b"), 2)).unwrap()));
    ledger.record(&me(), &crate::world::accepted(1)).unwrap();
    assert_eq!(
        SqliteLedger::at(&path).entries(&Filter::default()).unwrap().len(),
        2,
        "what is paid for is there"
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), Path::new("/dev/null")] {
        assert!(told(path).contains("is no ledger"), "{}", told(path));
    }
}

#[test]
fn a_damaged_file_is_told_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    {
        let ledger = SqliteLedger::at(&path);
        for number in 1..200 {
            ledger.claim(&me(), &intent(None, number)).unwrap();
        }
    }
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    assert!(told(&path).contains("is damaged"), "{}", told(&path));
}

#[test]
fn a_disk_that_is_full_is_told_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = SqliteLedger::at(&path);
    ledger.claim(&me(), &intent(None, 1)).unwrap();
    // A database that may not grow is as full as a disk.
    let limited = Connection::open(&path).unwrap();
    let pages: i64 = limited.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    limited.pragma_update(None, "max_page_count", pages).unwrap();
    let full = (2..500).find_map(|number| {
        let sql = "INSERT INTO meta (name, value) VALUES (?1, zeroblob(1000))";
        limited.execute(sql, [format!("{number}")]).err()
    });
    let full = full.unwrap();
    assert_eq!(
        full.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DiskFull),
        "the code that the words are for"
    );
    assert!(is_new(&ledger.claim(&me(), &intent(None, 2)).unwrap()), "and nobody else is harmed");
}

/// What is there is what `sqlite3` shows.
#[test]
fn people_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    SqliteLedger::at(&path).claim(&me(), &intent(Some("album/17"), 1)).unwrap();
    let connection = Connection::open(&path).unwrap();
    let (key, state, intended): (String, String, String) = connection
        .query_row("SELECT key, state, intended FROM submissions", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!((key.as_str(), state.as_str(), intended.len()), ("album/17", "intended", 19));
}

#[cfg(unix)]
#[test]
fn it_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/zoomout/ledger.db");
    SqliteLedger::at(&path).claim(&me(), &intent(None, 1)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}
