//! The ledger of a process that keeps none.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zoomout_core::{Claim, IdempotencyKey, Intent, LedgerError, Outcome, Record, TaskId};

use crate::entry::Entry;
use crate::filter::Filter;
use crate::ledger::Ledger;
use crate::owner::{Owner, Salt};
use crate::resolution::Resolution;
use crate::state::State;

/// The ledger of a process that keeps none: it ends with the process.
///
/// What was handed out leaves it, so it holds what is unfinished and no more. Of a submission that was made under a
/// caller's key remains the id of its task: whoever asks under that key again, is led to it.
#[derive(Default)]
pub struct MemoryLedger {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    last: u64,
    /// By number.
    entries: BTreeMap<u64, Entry>,
    /// Those of each name.
    names: BTreeMap<(Owner, String), Vec<u64>>,
    tickets: BTreeMap<IdempotencyKey, u64>,
    tasks: BTreeMap<TaskId, Vec<u64>>,
}

impl MemoryLedger {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A panic under the lock, if there ever was one, loses nothing that was written before.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    /// There is nobody to hide an account from.
    fn salt(&self) -> Result<Salt, LedgerError> {
        Ok(Salt::default())
    }

    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError> {
        let mut rows = self.rows();
        let granted = Claim::New { lease: Duration::MAX };
        let Some(last) = rows.last_of(owner, intent.name()) else {
            rows.insert(owner, intent, 1);
            return Ok(granted);
        };
        if last.state == State::Refused && last.ticket == intent.ticket {
            last.state = State::Intended;
            last.reason = None;
            return Ok(granted);
        }
        let turn = last.turn + 1;
        let Some(current) = rows.current_of(owner, intent.name()) else { return Ok(granted) };
        let is_new = match current.state {
            State::Refused => true,
            _ if current.request != intent.request => {
                return Ok(Claim::Conflict { request: current.request.clone() });
            }
            State::Done | State::Failed => intent.again,
            State::Intended | State::Accepted | State::Unconfirmed => false,
        };
        if is_new {
            rows.insert(owner, intent, turn);
            return Ok(granted);
        }
        Ok(match (current.state, &current.outcome, &current.task_id) {
            (State::Intended, ..) if current.ticket == intent.ticket => granted,
            (State::Intended, ..) => Claim::Held { left: Duration::MAX },
            (State::Done | State::Failed, Some(outcome), _) => Claim::Ended(outcome.clone()),
            (_, _, Some(task_id)) => Claim::Accepted(task_id.clone()),
            (_, _, None) => Claim::Unconfirmed { reason: current.reason.clone().unwrap_or_default() },
        })
    }

    fn record(&self, owner: &Owner, record: &Record) -> Result<(), LedgerError> {
        let mut rows = self.rows();
        match record {
            Record::Accepted { ticket, task_id } => rows.accept(owner, ticket, task_id),
            Record::Released { ticket, reason } => rows.release(ticket, reason),
            Record::Unconfirmed { ticket, reason } => rows.doubt(ticket, reason),
            Record::Ended(outcome) => rows.end(owner, outcome),
        }
        Ok(())
    }

    fn handed_out(&self, owner: &Owner, task_id: &TaskId) -> Result<(), LedgerError> {
        self.rows().hand_out(owner, task_id);
        Ok(())
    }

    fn collected(&self, owner: &Owner, task_id: &TaskId, _files: &[PathBuf]) -> Result<(), LedgerError> {
        self.rows().hand_out(owner, task_id);
        Ok(())
    }

    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        let rows = self.rows();
        let met = rows.entries.range(filter.after.saturating_add(1)..).map(|(_, entry)| entry);
        let met = met.filter(|entry| filter.meets(entry)).cloned();
        Ok(met.take(filter.limit.unwrap_or(usize::MAX)).collect())
    }

    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError> {
        let mut rows = self.rows();
        let last = rows.current_of(owner, name).ok_or_else(|| Resolution::no_entry(name))?;
        if !resolution.fits(last.state) {
            return Err(Resolution::not_in_doubt(last));
        }
        if let Some(contradiction) = resolution.contradicts(last) {
            return Err(contradiction);
        }
        // A refused one without a name leaves.
        let told = Entry { state: State::Refused, ..last.clone() };
        let ticket = told.ticket.clone();
        match resolution {
            Resolution::Task(task_id) => rows.accept(owner, &ticket, task_id),
            Resolution::NotBilled => rows.release(&ticket, Resolution::NOT_BILLED),
            Resolution::Lost => rows.give_up(&ticket),
        }
        Ok(rows.entries.get(&told.number).cloned().unwrap_or(told))
    }

    fn prune(&self, before: u64) -> Result<u64, LedgerError> {
        let mut rows = self.rows();
        let old = |entry: &&Entry| entry.intended_at < before && !entry.is_unfinished();
        let old: Vec<_> = rows.entries.values().filter(old).map(|entry| entry.number).collect();
        for number in &old {
            rows.remove(*number);
        }
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}

impl Rows {
    fn last_of(&mut self, owner: &Owner, name: &str) -> Option<&mut Entry> {
        let number = self.names.get(&(owner.clone(), name.to_owned()))?.last()?;
        self.entries.get_mut(number)
    }

    /// The one that the name stands for: the last that may be billed, whatever was refused after it; or else the last.
    fn current_of(&mut self, owner: &Owner, name: &str) -> Option<&mut Entry> {
        let numbers = self.names.get(&(owner.clone(), name.to_owned()))?;
        let may_be_billed =
            |number: &&u64| self.entries.get(number).is_some_and(|entry| entry.state != State::Refused);
        let number = *numbers.iter().rev().find(may_be_billed).or_else(|| numbers.last())?;
        self.entries.get_mut(&number)
    }

    fn of_ticket(&mut self, ticket: &IdempotencyKey) -> Option<&mut Entry> {
        self.entries.get_mut(self.tickets.get(ticket)?)
    }

    fn insert(&mut self, owner: &Owner, intent: &Intent, turn: u32) {
        self.last += 1;
        self.names.entry((owner.clone(), intent.name().to_owned())).or_default().push(self.last);
        self.tickets.insert(intent.ticket.clone(), self.last);
        self.entries.insert(self.last, Entry::new(self.last, owner, intent, turn, now()));
    }

    fn accept(&mut self, owner: &Owner, ticket: &IdempotencyKey, task_id: &TaskId) {
        // Its claim was forgotten, or there is another task already, and yet it is paid for.
        let known =
            self.of_ticket(ticket).map(|entry| entry.task_id.as_ref().is_none_or(|known| known == task_id));
        if known != Some(true) {
            let turn = self.last_of(owner, ticket.as_str()).map_or(1, |last| last.turn + 1);
            self.insert(owner, &Intent::unknown(ticket.clone()), turn);
        }
        let Some(entry) = self.of_ticket(ticket) else { return };
        if matches!(entry.state, State::Done | State::Failed) {
            return;
        }
        entry.state = State::Accepted;
        entry.reason = None;
        entry.task_id = Some(task_id.clone());
        entry.accepted_at = Some(now());
        let number = entry.number;
        let numbers = self.tasks.entry(task_id.clone()).or_default();
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }

    fn release(&mut self, ticket: &IdempotencyKey, reason: &str) {
        let Some(entry) = self.of_ticket(ticket) else { return };
        if matches!(entry.state, State::Intended | State::Unconfirmed) {
            entry.state = State::Refused;
            entry.reason = Some(reason.to_owned());
            let (number, named) = (entry.number, entry.named);
            if !named {
                self.remove(number);
            }
        }
    }

    fn give_up(&mut self, ticket: &IdempotencyKey) {
        let Some(entry) = self.of_ticket(ticket) else { return };
        entry.state = State::Failed;
        entry.reason = Some(Resolution::LOST.to_owned());
        entry.handed_out_at = Some(now());
    }

    fn doubt(&mut self, ticket: &IdempotencyKey, reason: &str) {
        let Some(entry) = self.of_ticket(ticket) else { return };
        if entry.state == State::Intended {
            entry.state = State::Unconfirmed;
            entry.reason = Some(reason.to_owned());
        }
    }

    fn end(&mut self, owner: &Owner, outcome: &Outcome) {
        for number in self.tasks.get(&outcome.task_id).cloned().unwrap_or_default() {
            let Some(entry) = self.entries.get_mut(&number) else { continue };
            if entry.owner == *owner && entry.state == State::Accepted && entry.handed_out_at.is_none() {
                entry.state = if outcome.done { State::Done } else { State::Failed };
                entry.ended_at = Some(now());
                entry.outcome = Some(outcome.clone());
            }
        }
    }

    fn hand_out(&mut self, owner: &Owner, task_id: &TaskId) {
        for number in self.tasks.get(task_id).cloned().unwrap_or_default() {
            let Some(entry) = self.entries.get_mut(&number).filter(|entry| entry.owner == *owner) else {
                continue;
            };
            if entry.named {
                // Whoever asks under the key again is led to the task, and looks.
                entry.outcome = None;
                entry.handed_out_at = Some(now());
            } else {
                self.remove(number);
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(entry) = self.entries.remove(&number) else { return };
        self.tickets.remove(&entry.ticket);
        let name = (entry.owner, entry.key);
        if let Some(numbers) = self.names.get_mut(&name) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.names.remove(&name);
            }
        }
        if let Some(task_id) = entry.task_id
            && let Some(numbers) = self.tasks.get_mut(&task_id)
        {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.tasks.remove(&task_id);
            }
        }
    }
}

impl fmt::Debug for MemoryLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLedger").field("entries", &self.rows().entries.len()).finish_non_exhaustive()
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
