//! The jobs of one dispatcher on the engine of its client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::TaskId;

use super::chore::Chore;
use super::engine::Engine;
use super::scheduler::Id;
use super::unfinished::Unfinished;
use crate::cancel::CancelToken;
use crate::sync::{Condvar, Mutex, lock, wait_while};

/// The number of a job in its group: they are given in order.
type Number = u64;

#[derive(Debug)]
pub(super) struct Group {
    pub(super) engine: Arc<Engine>,
    members: Mutex<Members>,
    /// Somebody has left.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Members {
    next: Number,
    /// Nobody who comes now may go on.
    closed: bool,
    unfinished: BTreeMap<Number, Known>,
}

/// What must be told of a job that has not ended, whoever works on it.
#[derive(Debug)]
struct Known {
    id: Id,
    task_id: Option<TaskId>,
    token: CancelToken,
}

/// A job's place in its group. It leaves when this is dropped.
#[derive(Debug)]
pub(super) struct Member {
    group: Arc<Group>,
    number: Number,
    pub(super) token: CancelToken,
}

impl Group {
    pub(super) fn new(engine: &Arc<Engine>) -> Arc<Self> {
        Arc::new(Self {
            engine: Arc::clone(engine),
            members: Mutex::new(Members::default()),
            left: Condvar::new(),
        })
    }

    /// Takes in the job that `make` makes; `task_id`, if its task is known.
    pub(super) fn take_in(
        self: &Arc<Self>,
        task_id: Option<TaskId>,
        make: impl FnOnce(Member) -> Box<dyn Chore>,
    ) -> Number {
        let (id, token) = (self.engine.reserve(), CancelToken::new());
        let (number, closed) = {
            let mut members = lock(&self.members);
            let number = members.next;
            members.next += 1;
            members.unfinished.insert(number, Known { id, task_id, token: token.clone() });
            (number, members.closed)
        };
        if closed {
            self.stop(&[(id, token.clone())]);
        }
        let member = Member { group: Arc::clone(self), number, token };
        if let Err(chore) = self.engine.add(id, make(member)) {
            chore.refuse();
        }
        number
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.members).unfinished.len()
    }

    pub(super) fn cancel(&self, number: Number) {
        let known = lock(&self.members).unfinished.get(&number).map(|known| (known.id, known.token.clone()));
        self.stop(known.as_slice());
    }

    /// Stops all, and whoever comes later.
    pub(super) fn close(&self) {
        lock(&self.members).closed = true;
        drop(self.cancel_all());
    }

    pub(super) fn cancel_all(&self) -> Vec<Unfinished> {
        let (unfinished, known) = {
            let members = lock(&self.members);
            let known: Vec<_> =
                members.unfinished.values().map(|known| (known.id, known.token.clone())).collect();
            (members.list(), known)
        };
        self.stop(&known);
        unfinished
    }

    /// Outside the lock: what is stopped may take locks of its own.
    fn stop(&self, known: &[(Id, CancelToken)]) {
        for (_, token) in known {
            token.cancel();
        }
        self.engine.call_to_end(known.iter().map(|(id, _)| *id));
    }

    pub(super) fn drain(&self, patience: Duration) -> Vec<Unfinished> {
        let members = lock(&self.members);
        wait_while(&self.left, members, patience, |members| !members.unfinished.is_empty()).list()
    }
}

impl Members {
    fn list(&self) -> Vec<Unfinished> {
        let unfinished =
            |(id, known): (&Number, &Known)| Unfinished { id: *id, task_id: known.task_id.clone() };
        self.unfinished.iter().map(unfinished).collect()
    }
}

impl Member {
    /// The task exists: whoever stops now must hear of it.
    pub(super) fn known(&self, task_id: &TaskId) {
        if let Some(known) = lock(&self.group.members).unfinished.get_mut(&self.number) {
            known.task_id = Some(task_id.clone());
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        lock(&self.group.members).unfinished.remove(&self.number);
        self.group.left.notify_all();
    }
}
