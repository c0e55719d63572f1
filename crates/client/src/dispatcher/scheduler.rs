//! Who may do what when: the logic of the dispatcher, without a clock, a thread or a socket.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use zoomout_core::Instant;

use super::lateness::Lateness;
use super::limits::Limits;
use super::pace::Pace;

/// The number of a job: they are given in order.
pub(super) type Id = u64;

/// What a job does when its turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It sends a submission.
    Submission,
    /// It looks at its task.
    Look,
    /// It ends; that needs no request.
    End,
}

/// When a job comes back, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) class: Class,
    pub(super) at: Instant,
}

/// What a finished submission says about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    Accepted,
    /// Too many requests: nobody before this moment.
    Overrun(Instant),
    /// Nothing about its pace.
    Other,
}

#[derive(Debug)]
enum Slot<T> {
    /// Its turn comes then. The class is that of the turn.
    Waiting(Turn, T),
    /// Its turn came then; it stands in the queue of its class.
    Ready(Class, Option<Instant>, T),
    /// Somebody works on it.
    Out(Class),
}

/// The jobs that are not at work, and who is next.
///
/// Within a class the first to be due is the first to go. Looks and submissions take turns where both are
/// due, so that neither starves the other.
#[derive(Debug)]
pub(super) struct Scheduler<T> {
    limits: Limits,
    pace: Pace,
    slots: HashMap<Id, Slot<T>>,
    timers: BinaryHeap<Reverse<(Instant, Id)>>,
    ends: VecDeque<Id>,
    looks: VecDeque<Id>,
    submissions: VecDeque<Id>,
    looking: usize,
    submitting: usize,
    /// Whether the last one to go was a submission.
    submitted_last: bool,
    next_id: Id,
    pub(super) lateness: Lateness,
}

impl<T> Scheduler<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            pace: Pace::new(limits.submits_per_minute),
            slots: HashMap::new(),
            timers: BinaryHeap::new(),
            ends: VecDeque::new(),
            looks: VecDeque::new(),
            submissions: VecDeque::new(),
            looking: 0,
            submitting: 0,
            submitted_last: false,
            next_id: 0,
            lateness: Lateness::new(),
        }
    }

    /// Takes a new job, whose first turn comes at once.
    pub(super) fn add(&mut self, class: Class, job: T) -> Id {
        let id = self.next_id;
        self.next_id += 1;
        self.enqueue(id, class, None, job);
        id
    }

    /// Hands out the job whose turn it is, if there is one and the limits allow it.
    pub(super) fn take(&mut self, now: Instant) -> Option<(Id, Class, T)> {
        self.wake(now);
        while let Some(class) = self.next_class(now) {
            let queue = self.queue(class);
            let Some(id) = queue.pop_front() else { continue };
            // Whoever was called to its end meanwhile stands in two queues.
            let Some(Slot::Ready(ready, ..)) = self.slots.get(&id) else { continue };
            if *ready != class {
                continue;
            }
            let Some(Slot::Ready(_, due, job)) = self.slots.insert(id, Slot::Out(class)) else { continue };
            match class {
                Class::Submission => {
                    self.submitting += 1;
                    self.submitted_last = true;
                    self.pace.sent(now);
                }
                Class::Look => {
                    self.looking += 1;
                    self.submitted_last = false;
                    if let Some(due) = due {
                        self.lateness.note(now.saturating_since(due));
                    }
                }
                Class::End => {}
            }
            return Some((id, class, job));
        }
        None
    }

    /// Takes a job back until its next turn.
    pub(super) fn give_back(&mut self, id: Id, job: T, turn: Turn) {
        if self.release(id) {
            self.timers.push(Reverse((turn.at, id)));
            self.slots.insert(id, Slot::Waiting(turn, job));
        }
    }

    /// Forgets a job that has ended.
    pub(super) fn forget(&mut self, id: Id) {
        self.release(id);
    }

    /// What the server's answer to a submission says about its pace.
    pub(super) fn heard(&mut self, reception: Reception) {
        match reception {
            Reception::Accepted => self.pace.accepted(),
            Reception::Overrun(until) => self.pace.refused(until),
            Reception::Other => {}
        }
    }

    /// Calls a job to its end, ahead of everybody else. One at work is left alone.
    pub(super) fn call_to_end(&mut self, id: Id) {
        match self.slots.remove(&id) {
            Some(Slot::Waiting(_, job) | Slot::Ready(_, _, job)) => self.enqueue(id, Class::End, None, job),
            Some(out) => drop(self.slots.insert(id, out)),
            None => {}
        }
    }

    /// From when somebody's turn may have come; nothing if only those at work can change that.
    pub(super) fn next_at(&mut self, now: Instant) -> Option<Instant> {
        self.wake(now);
        if self.next_class(now).is_some() {
            return Some(now);
        }
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        let waits_for_pace = !self.submissions.is_empty() && self.has_room_to_submit();
        let pace = waits_for_pace.then(|| self.pace.open_at());
        timer.into_iter().chain(pace).min()
    }

    fn enqueue(&mut self, id: Id, class: Class, due: Option<Instant>, job: T) {
        self.slots.insert(id, Slot::Ready(class, due, job));
        self.queue(class).push_back(id);
    }

    fn queue(&mut self, class: Class) -> &mut VecDeque<Id> {
        match class {
            Class::Submission => &mut self.submissions,
            Class::Look => &mut self.looks,
            Class::End => &mut self.ends,
        }
    }

    /// Moves those whose time has come into the queues.
    fn wake(&mut self, now: Instant) {
        while let Some(Reverse((at, id))) = self.timers.peek().copied() {
            let current = matches!(self.slots.get(&id), Some(Slot::Waiting(turn, _)) if turn.at == at);
            // The timer of one that was called to its end tells nothing any more.
            if current && at > now {
                return;
            }
            self.timers.pop();
            if current && let Some(Slot::Waiting(turn, job)) = self.slots.remove(&id) {
                self.enqueue(id, turn.class, Some(turn.at), job);
            }
        }
    }

    fn next_class(&self, now: Instant) -> Option<Class> {
        if !self.ends.is_empty() {
            return Some(Class::End);
        }
        let may_submit =
            !self.submissions.is_empty() && self.has_room_to_submit() && self.pace.open_at() <= now;
        let may_look = !self.looks.is_empty() && self.has_room();
        match (may_submit, may_look) {
            (true, true) if self.submitted_last => Some(Class::Look),
            (true, _) => Some(Class::Submission),
            (false, true) => Some(Class::Look),
            (false, false) => None,
        }
    }

    fn has_room(&self) -> bool {
        self.looking + self.submitting < self.limits.requests.get()
    }

    fn has_room_to_submit(&self) -> bool {
        self.has_room() && self.submitting < self.limits.submissions.get()
    }

    /// Ends the work on a job; tells whether there was any.
    fn release(&mut self, id: Id) -> bool {
        match self.slots.remove(&id) {
            Some(Slot::Out(class)) => {
                match class {
                    Class::Submission => self.submitting -= 1,
                    Class::Look => self.looking -= 1,
                    Class::End => {}
                }
                true
            }
            Some(other) => {
                self.slots.insert(id, other);
                false
            }
            None => false,
        }
    }
}
