//! What the ledger in a file costs on this disk: `cargo run --release -p zoomout-ledger --features sqlite --example
//! cost -- FOLDER`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it measures, and shows")]

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use zoomout_core::{IdempotencyKey, Order, TaskId, Zoom};
use zoomout_ledger::{Intent, Ledger, MemoryLedger, Outcome, Owner, Record, SqliteLedger};

/// So many submissions by one thread, and by each of many.
const ALONE: u32 = 500;
const THREADS: u32 = 64;
const EACH: u32 = 50;

fn main() {
    let folder = env::args_os().nth(1).map_or_else(env::temp_dir, PathBuf::from);
    let path = folder.join("cost-of-a-ledger.db");
    let stores: [(_, Arc<dyn Ledger>); 2] =
        [("in memory", Arc::new(MemoryLedger::new())), ("in a file", Arc::new(SqliteLedger::at(&path)))];
    for (name, ledger) in stores {
        measure(name, &ledger);
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}

fn measure(name: &str, ledger: &Arc<dyn Ledger>) {
    submit(&**ledger, 0);
    let mut spans: Vec<Duration> = (1..=ALONE).map(|number| submit(&**ledger, number)).collect();
    spans.sort_unstable();
    let of = |part: usize| spans.get(spans.len() * part / 100).copied().unwrap_or_default();
    println!(
        "{name}: one submission, claimed, accepted and ended: median {:.0?}, 99 % {:.0?}",
        of(50),
        of(99)
    );
    let begun = Instant::now();
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let ledger = Arc::clone(ledger);
            thread::spawn(move || {
                for number in 0..EACH {
                    submit(&*ledger, 1_000_000 + thread * EACH + number);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let rate = f64::from(THREADS * EACH) / begun.elapsed().as_secs_f64();
    println!("{name}: {THREADS} threads at once: {rate:.0} submissions a second");
}

/// All that is written down of one submission, and how long that takes.
fn submit(ledger: &dyn Ledger, number: u32) -> Duration {
    let owner = Owner { server: "https://api.example".to_owned(), account: "account".to_owned() };
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    let ticket = IdempotencyKey::from_bits(number.into());
    let task_id = TaskId::new(format!("task_{number}")).unwrap();
    let begun = Instant::now();
    ledger.claim(&owner, &Intent::new(&Order::from(zoom), ticket.clone())).unwrap();
    ledger.record(&owner, &Record::Accepted { ticket, task_id: task_id.clone() }).unwrap();
    ledger.record(&owner, &Record::Ended(Outcome::new(task_id.clone(), true, Some(0.05504), "{}"))).unwrap();
    ledger.handed_out(&owner, &task_id).unwrap();
    begun.elapsed()
}
