//! A store under test, and how its tests talk to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zoomout_core::{Claim, IdempotencyKey, Index, Key, Metadata, Order, Outcome, Record, TaskId, Zoom};
use zoomout_ledger::{Entry, Filter, Intent, Ledger, MemoryLedger, Owner, Which};

/// How long a claim lasts in these tests, in milliseconds.
pub(crate) const LEASE: u64 = 60_000;

/// A kind of store, and a clock that only the tests move.
pub(crate) struct World {
    pub(crate) now: Arc<AtomicU64>,
    /// Opens the store, as another process would.
    pub(crate) open: Box<dyn Fn() -> Arc<dyn Ledger>>,
    /// Whether a claim that nobody is heard of runs out, and what was handed out stays.
    pub(crate) lasts: bool,
}

/// Every store there is, empty.
pub(crate) fn worlds() -> Vec<World> {
    let memory: Arc<dyn Ledger> = Arc::new(MemoryLedger::new());
    let mut worlds = vec![World {
        now: Arc::new(AtomicU64::new(1_000_000)),
        open: Box::new(move || Arc::clone(&memory)),
        lasts: false,
    }];
    #[cfg(feature = "sqlite")]
    worlds.push(sqlite());
    worlds
}

#[cfg(feature = "sqlite")]
fn sqlite() -> World {
    let now = Arc::new(AtomicU64::new(1_000_000));
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::clone(&now);
    let open = move || -> Arc<dyn Ledger> {
        let clock = Arc::clone(&clock);
        let ledger = zoomout_ledger::SqliteLedger::at(folder.path().join("ledger.db"))
            .lease(Duration::from_millis(LEASE))
            .clock(move || clock.load(Ordering::SeqCst));
        Arc::new(ledger)
    };
    World { now, open: Box::new(open), lasts: true }
}

impl World {
    pub(crate) fn pass(&self, millis: u64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }
}

pub(crate) fn owner(account: &str) -> Owner {
    Owner { server: "https://api.example".to_owned(), account: account.to_owned() }
}

pub(crate) fn me() -> Owner {
    owner("me")
}

pub(crate) fn ticket(number: u128) -> IdempotencyKey {
    IdempotencyKey::from_bits(number)
}

pub(crate) fn task(number: u128) -> TaskId {
    TaskId::new(format!("task_{number}")).unwrap()
}

/// A zoom of one of four tiles, under this key, if there is one.
pub(crate) fn order(key: Option<&str>, tile: i64) -> Order {
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None).index(Index::new(tile).unwrap());
    let order = Order::from(zoom.metadata(Metadata::from_json("{}").unwrap()));
    key.map_or_else(|| order.clone(), |key| order.clone().under(Key::new(key).unwrap()))
}

pub(crate) fn intent(key: Option<&str>, number: u128) -> Intent {
    Intent::new(&order(key, 1), ticket(number))
}

pub(crate) fn accepted(number: u128) -> Record {
    Record::Accepted { ticket: ticket(number), task_id: task(number) }
}

pub(crate) fn released(number: u128) -> Record {
    Record::Released { ticket: ticket(number), reason: "the server said no".to_owned() }
}

pub(crate) fn unconfirmed(number: u128) -> Record {
    Record::Unconfirmed { ticket: ticket(number), reason: "no answer came".to_owned() }
}

pub(crate) fn outcome(number: u128, done: bool) -> Outcome {
    Outcome::new(task(number), done, Some(0.05504), format!(r#"{{"id":"task_{number}"}}"#))
}

pub(crate) fn is_new(claim: &Claim) -> bool {
    matches!(claim, Claim::New { .. })
}

pub(crate) fn of(ledger: &dyn Ledger, which: Which) -> Vec<Entry> {
    ledger.entries(&Filter::of(&me(), which)).unwrap()
}
