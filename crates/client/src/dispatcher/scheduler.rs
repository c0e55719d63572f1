//! Whose turn it is: the logic of the dispatcher, without a clock, a thread or a socket.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use zoomout_core::Instant;

use super::chore::{Class, Turn};
use super::gate::{Entry, Gate, Ticket};
use super::lateness::Lateness;
use super::limits::Limits;
use crate::cancel::CancelToken;

/// The number of a job: they are given in order.
pub(super) type Id = u64;

#[derive(Debug)]
enum Slot<T> {
    /// Its turn comes then. The class is that of the turn.
    Waiting(Turn, T),
    /// Its turn came then; it stands in the queue of its class, until its deadline at most.
    Ready(Class, Option<Turn>, T),
    /// Somebody works on it; it may have been called to its end meanwhile.
    Out { to_end: bool },
}

/// The jobs that are not at work, and who is next.
///
/// Within a class the first to be due is the first to go. Looks and submissions take turns where both are
/// due, so that neither starves the other.
#[derive(Debug)]
pub(super) struct Scheduler<T> {
    pub(super) gate: Gate,
    slots: HashMap<Id, Slot<T>>,
    timers: BinaryHeap<Reverse<(Instant, Id)>>,
    /// When jobs that stand in a queue have no time left.
    deadlines: BinaryHeap<Reverse<(Instant, Id)>>,
    ends: VecDeque<Id>,
    looks: VecDeque<Id>,
    submissions: VecDeque<Id>,
    downloads: VecDeque<Id>,
    /// Whether the last one to go was a submission.
    submitted_last: bool,
    next_id: Id,
    pub(super) lateness: Lateness,
}

impl<T> Scheduler<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            gate: Gate::new(limits),
            slots: HashMap::new(),
            timers: BinaryHeap::new(),
            deadlines: BinaryHeap::new(),
            ends: VecDeque::new(),
            looks: VecDeque::new(),
            submissions: VecDeque::new(),
            downloads: VecDeque::new(),
            submitted_last: false,
            next_id: 0,
            lateness: Lateness::new(),
        }
    }

    /// The number of a new job, which is at work until it is [added](Self::add).
    pub(super) fn reserve(&mut self) -> Id {
        let id = self.next_id;
        self.next_id += 1;
        self.slots.insert(id, Slot::Out { to_end: false });
        id
    }

    /// Takes a new job, whose first turn comes at once.
    pub(super) fn add(&mut self, id: Id, class: Class, job: T) {
        let to_end = matches!(self.slots.get(&id), Some(Slot::Out { to_end: true }));
        self.enqueue(id, if to_end { Class::End } else { class }, None, job);
    }

    /// Whether there is no job, waiting or at work.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Hands out the job whose turn it is, if there is one and the gate is open to it.
    pub(super) fn take(&mut self, now: Instant) -> Option<(Id, Class, T)> {
        self.wake(now);
        let queue = self.next_class(now)?;
        let id = self.queue(queue).pop_front()?;
        let Some(Slot::Ready(class, due, job)) = self.slots.insert(id, Slot::Out { to_end: false }) else {
            return None;
        };
        self.gate.pass(class, now);
        match class {
            Class::Submission => self.submitted_last = true,
            Class::Look => {
                self.submitted_last = false;
                if let Some(turn) = due {
                    self.lateness.note(now - turn.at);
                }
            }
            Class::Download | Class::Overdue | Class::Adrift | Class::End => {}
        }
        Some((id, class, job))
    }

    /// Takes a job back until its next turn.
    pub(super) fn give_back(&mut self, id: Id, job: T, turn: Turn) {
        if let Some(Slot::Out { to_end: true }) = self.slots.remove(&id) {
            self.enqueue(id, Class::End, None, job);
        } else {
            self.timers.push(Reverse((turn.at, id)));
            self.slots.insert(id, Slot::Waiting(turn, job));
        }
    }

    /// Forgets a job that has ended.
    pub(super) fn forget(&mut self, id: Id) {
        self.slots.remove(&id);
    }

    /// Calls a job to its end, ahead of everybody else; one at work when it comes back.
    pub(super) fn call_to_end(&mut self, id: Id) {
        match self.slots.remove(&id) {
            Some(called @ Slot::Ready(Class::End, ..)) => drop(self.slots.insert(id, called)),
            Some(Slot::Waiting(_, job) | Slot::Ready(_, _, job)) => self.enqueue(id, Class::End, None, job),
            Some(Slot::Out { .. }) => drop(self.slots.insert(id, Slot::Out { to_end: true })),
            None => {}
        }
    }

    /// Calls everybody to their end.
    pub(super) fn call_all_to_end(&mut self) {
        let mut ids: Vec<Id> = self.slots.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.call_to_end(id);
        }
    }

    /// The clock panicked when it was to tell that this moment has come: whoever waits for it ends.
    pub(super) fn set_adrift(&mut self, until: Instant) {
        while let Some(Reverse((at, id))) = self.timers.peek().copied()
            && at <= until
        {
            self.timers.pop();
            match self.slots.remove(&id) {
                Some(Slot::Waiting(turn, job)) if turn.at == at => {
                    self.enqueue(id, Class::Adrift, Some(turn), job);
                }
                Some(slot) => drop(self.slots.insert(id, slot)),
                None => {}
            }
        }
    }

    /// When a visitor may pass; see [`Gate::visit`]. A queued job whose turn it is goes first.
    pub(super) fn visit(&mut self, ticket: Ticket, bell: &CancelToken, now: Instant) -> Entry {
        self.wake(now);
        let classes = [Class::Submission, Class::Look, Class::Download];
        if self.gate.favours_jobs() && classes.iter().any(|class| self.entry(*class, now) == Some(Entry::Now))
        {
            self.gate.defer(ticket, bell);
            return Entry::Full;
        }
        self.gate.visit(ticket, bell, now)
    }

    /// From when somebody's turn may have come; nothing if only those at work can change that.
    pub(super) fn next_at(&mut self, now: Instant) -> Option<Instant> {
        self.wake(now);
        if self.next_class(now).is_some() {
            return Some(now);
        }
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        let pace = match self.entry(Class::Submission, now) {
            Some(Entry::At(at)) => Some(at),
            _ => None,
        };
        timer.into_iter().chain(pace).min()
    }

    /// Whether somebody stands in a queue whose time may be up before there is a place. No timer tells of that: a
    /// clock that jumps to wherever somebody waits must not jump over the calls that are out.
    pub(super) fn has_line(&self) -> bool {
        !self.deadlines.is_empty()
    }

    fn enqueue(&mut self, id: Id, class: Class, due: Option<Turn>, job: T) {
        self.slots.insert(id, Slot::Ready(class, due, job));
        self.queue(class).push_back(id);
    }

    fn queue(&mut self, class: Class) -> &mut VecDeque<Id> {
        match class {
            Class::Submission => &mut self.submissions,
            Class::Look => &mut self.looks,
            Class::Download => &mut self.downloads,
            Class::Overdue | Class::Adrift | Class::End => &mut self.ends,
        }
    }

    /// Moves those whose time has come into the queues, and sees to it that each begins with one that waits.
    fn wake(&mut self, now: Instant) {
        self.wake_timers(now);
        for class in [Class::Submission, Class::Look, Class::Download] {
            // Whoever was called to its end meanwhile, or had no time left, stands in two queues.
            while let Some(id) = self.queue(class).front().copied()
                && !matches!(self.slots.get(&id), Some(Slot::Ready(ready, ..)) if *ready == class)
            {
                self.queue(class).pop_front();
            }
        }
    }

    fn wake_timers(&mut self, now: Instant) {
        while let Some(Reverse((at, id))) = self.timers.peek().copied() {
            let current = matches!(self.slots.get(&id), Some(Slot::Waiting(turn, _)) if turn.at == at);
            // The timer of one that was called to its end tells nothing any more.
            if current && at > now {
                break;
            }
            self.timers.pop();
            if current && let Some(Slot::Waiting(turn, job)) = self.slots.remove(&id) {
                self.enqueue(id, turn.class, Some(turn), job);
                self.deadlines.push(Reverse((turn.by, id)));
            }
        }
        while let Some(Reverse((by, id))) = self.deadlines.peek().copied() {
            let current = match self.slots.get(&id) {
                Some(Slot::Ready(class, ..)) if !class.calls() => false,
                Some(Slot::Ready(_, Some(turn), _)) => turn.by == by,
                _ => false,
            };
            if current && by > now {
                break;
            }
            self.deadlines.pop();
            if current && let Some(Slot::Ready(_, due, job)) = self.slots.remove(&id) {
                self.enqueue(id, Class::Overdue, due, job);
            }
        }
    }

    fn next_class(&self, now: Instant) -> Option<Class> {
        let may_go = |class| self.entry(class, now) == Some(Entry::Now);
        if may_go(Class::End) {
            return Some(Class::End);
        }
        match (may_go(Class::Submission), may_go(Class::Look)) {
            (true, true) if self.submitted_last => Some(Class::Look),
            (true, _) => Some(Class::Submission),
            (false, true) => Some(Class::Look),
            (false, false) => may_go(Class::Download).then_some(Class::Download),
        }
    }

    /// When the first in the queue of a class may go, if there is one.
    fn entry(&self, class: Class, now: Instant) -> Option<Entry> {
        let queue = match class {
            Class::Submission => &self.submissions,
            Class::Look => &self.looks,
            Class::Download => &self.downloads,
            Class::Overdue | Class::Adrift | Class::End => &self.ends,
        };
        (!queue.is_empty()).then(|| self.gate.entry(class, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn whoever_has_no_time_left_in_a_queue_goes_without_a_place() {
        let mut scheduler = Scheduler::new(Limits { requests: NonZeroUsize::MIN, ..Limits::default() });
        let mut add = |name: &'static str| {
            let id = scheduler.reserve();
            scheduler.add(id, Class::Look, name);
            id
        };
        let (patient, slow) = (add("patient"), add("slow"));
        assert_eq!(scheduler.take(at(0)), Some((patient, Class::Look, "patient")));
        scheduler.gate.come_back(Class::Look, super::super::chore::Reception::Other, at(0));
        scheduler.give_back(patient, "patient", Turn { class: Class::Look, at: at(5), by: at(10) });
        // Its server does not answer, and there is one place.
        assert_eq!(scheduler.take(at(0)), Some((slow, Class::Look, "slow")));
        assert_eq!(scheduler.take(at(9)), None);
        assert_eq!((scheduler.next_at(at(9)), scheduler.has_line()), (None, true));
        assert_eq!(scheduler.take(at(10)), Some((patient, Class::Overdue, "patient")));
        // Whoever comes back with no time left does not wait again.
        scheduler.give_back(patient, "patient", Turn { class: Class::Look, at: at(5), by: at(10) });
        assert_eq!(scheduler.take(at(10)), Some((patient, Class::Overdue, "patient")));
        scheduler.forget(patient);
        assert_eq!((scheduler.next_at(at(10)), scheduler.has_line()), (None, false));
    }
}
