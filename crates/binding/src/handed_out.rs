//! What has reached whoever asked, on its way into the ledger.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use zoomout::{Client, TaskId};

/// How many are on their way in this process.
static ON_THEIR_WAY: AtomicUsize = AtomicUsize::new(0);

/// Writes down what was handed out, on a thread of its own: a ledger may take its time, and nobody who has what he
/// asked for, an event loop least of all, waits for that. What is lost by a crash is handed out once more.
#[derive(Clone, Debug)]
pub(crate) struct HandedOut(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    client: Client,
    queue: Mutex<Queue>,
    written: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<TaskId>,
    /// Whether somebody works on them.
    working: bool,
}

impl HandedOut {
    pub(crate) fn new(client: Client) -> Self {
        Self(Arc::new(Shared { client, queue: Mutex::default(), written: Condvar::new() }))
    }

    /// The end of this task has reached whoever asked for it.
    pub(crate) fn add(&self, task_id: TaskId) {
        let mut queue = self.0.queue();
        queue.waiting.push_back(task_id);
        ON_THEIR_WAY.fetch_add(1, Ordering::SeqCst);
        if queue.working {
            return;
        }
        queue.working = true;
        drop(queue);
        let shared = Arc::clone(&self.0);
        let thread = thread::Builder::new().name("zoomout".to_owned()).spawn(move || shared.work());
        if thread.is_err() {
            self.0.work();
        }
    }

    /// Waits until all are written down.
    pub(crate) fn flush(&self) {
        let queue = self.0.queue();
        let wait = self.0.written.wait_while(queue, |queue| queue.working);
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        loop {
            let mut queue = self.queue();
            let Some(task_id) = queue.waiting.pop_front() else {
                queue.working = false;
                self.written.notify_all();
                return;
            };
            drop(queue);
            self.client.acknowledge(&task_id);
            ON_THEIR_WAY.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Waits, at most for so long, until all that was handed out in this process is written down: what a process does
/// before it ends.
pub fn flush(patience: Duration) {
    let begun = Instant::now();
    while ON_THEIR_WAY.load(Ordering::SeqCst) > 0 && begun.elapsed() < patience {
        thread::sleep(Duration::from_millis(1));
    }
}

/// A forked process writes nothing down for its parent.
pub(crate) fn forked() {
    ON_THEIR_WAY.store(0, Ordering::SeqCst);
}
