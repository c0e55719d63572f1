//! The gate that every request of a client passes: how many may be out, how fast, and who waits in line.

use std::collections::VecDeque;
use std::mem;

use zoomout_core::Instant;

use super::chore::{Class, Reception};
use super::limits::Limits;
use super::pace::Pace;
use crate::cancel::CancelToken;

/// The place of a visitor in the line: they are given in order.
pub(super) type Ticket = u64;

/// When somebody may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Now,
    /// There is room, but the pace opens then.
    At(Instant),
    /// When somebody else has come back or has gone before.
    Full,
}

/// What is out, and who waits. A visitor is somebody who waits on a thread of its own.
///
/// Visitors go in the order in which they came; visitors and queued jobs take turns. Nobody takes the room that a
/// visitor whose turn it is is about to take.
#[derive(Debug)]
pub(super) struct Gate {
    limits: Limits,
    pace: Pace,
    out: Places,
    line: VecDeque<Visitor>,
    next_ticket: Ticket,
    /// Whether a visitor passed last: then a queued job goes before the next one, if it can.
    favours_jobs: bool,
}

/// So many of each class.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    submissions: usize,
    looks: usize,
    downloads: usize,
}

#[derive(Debug)]
struct Visitor {
    ticket: Ticket,
    class: Class,
    /// Rings when it may come, or should wait for the pace.
    bell: Option<CancelToken>,
}

impl Places {
    fn of(&mut self, class: Class) -> Option<&mut usize> {
        match class {
            Class::Submission => Some(&mut self.submissions),
            Class::Look => Some(&mut self.looks),
            Class::Download => Some(&mut self.downloads),
            Class::Overdue | Class::Adrift | Class::End => None,
        }
    }

    fn take(&mut self, class: Class) {
        if let Some(count) = self.of(class) {
            *count += 1;
        }
    }
}

impl Gate {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            pace: Pace::new(limits.submits_per_minute),
            out: Places::default(),
            line: VecDeque::new(),
            next_ticket: 0,
            favours_jobs: false,
        }
    }

    /// When a queued job may pass.
    pub(super) fn entry(&self, class: Class, now: Instant) -> Entry {
        if self.favours_jobs {
            return self.entry_beside(self.out, class, now);
        }
        let (_, taken) = self.line_up(now);
        let paid_visit = |visitor: &Visitor| visitor.class == Class::Submission;
        if class == Class::Submission && self.line.iter().any(paid_visit) {
            return Entry::Full;
        }
        self.entry_beside(taken, class, now)
    }

    /// Whether a queued job goes before the next visitor, if it can.
    pub(super) const fn favours_jobs(&self) -> bool {
        self.favours_jobs
    }

    /// A queued job goes out.
    pub(super) fn pass(&mut self, class: Class, now: Instant) {
        self.favours_jobs &= !class.calls();
        self.send(class, now);
        self.ring(now);
    }

    fn send(&mut self, class: Class, now: Instant) {
        self.out.take(class);
        if class == Class::Submission {
            self.pace.sent(now);
        }
    }

    /// Whoever made a request has left it, and it is still out.
    pub(super) fn stay_out(&mut self, class: Class) {
        self.out.take(class);
    }

    /// A request has come back; a submission shows something of the server's pace.
    pub(super) fn come_back(&mut self, class: Class, reception: Reception, now: Instant) {
        if let Some(count) = self.out.of(class) {
            *count = count.saturating_sub(1);
        }
        match reception {
            Reception::Accepted => self.pace.accepted(),
            Reception::Overrun(until) => self.pace.refused(until, now),
            Reception::Unused if class == Class::Submission => self.pace.unsent(),
            Reception::Other | Reception::Unused => {}
        }
        self.ring(now);
    }

    /// A visitor comes and stands at the end of the line.
    pub(super) fn join_line(&mut self, class: Class) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.line.push_back(Visitor { ticket, class, bell: None });
        ticket
    }

    /// When a visitor may pass. Where nobody can say, its bell rings once that has changed.
    pub(super) fn visit(&mut self, ticket: Ticket, bell: &CancelToken, now: Instant) -> Entry {
        let (entries, _) = self.line_up(now);
        let mut visitors = self.line.iter_mut().zip(entries);
        let Some((visitor, entry)) = visitors.find(|(visitor, _)| visitor.ticket == ticket) else {
            return Entry::Full;
        };
        visitor.bell = (entry == Entry::Full).then(|| bell.clone());
        entry
    }

    /// A visitor lets a queued job go first; its bell rings once that has gone.
    pub(super) fn defer(&mut self, ticket: Ticket, bell: &CancelToken) {
        if let Some(visitor) = self.line.iter_mut().find(|visitor| visitor.ticket == ticket) {
            visitor.bell = Some(bell.clone());
        }
    }

    /// A visitor passes, and so leaves the line.
    pub(super) fn pass_visitor(&mut self, ticket: Ticket, class: Class, now: Instant) {
        self.favours_jobs = true;
        self.send(class, now);
        self.step_out(ticket, now);
    }

    /// A visitor leaves the line.
    pub(super) fn step_out(&mut self, ticket: Ticket, now: Instant) {
        self.line.retain(|visitor| visitor.ticket != ticket);
        self.ring(now);
    }

    /// When each in the line may pass; and what will be out when those who may pass now have passed.
    fn line_up(&self, now: Instant) -> (Vec<Entry>, Places) {
        let mut taken = self.out;
        let mut behind_submission = false;
        let entries = self.line.iter().map(|visitor| {
            // One at a time: each may close the pace for the next.
            if visitor.class == Class::Submission && mem::replace(&mut behind_submission, true) {
                return Entry::Full;
            }
            let entry = self.entry_beside(taken, visitor.class, now);
            if entry == Entry::Now {
                taken.take(visitor.class);
            }
            entry
        });
        (entries.collect(), taken)
    }

    fn entry_beside(&self, taken: Places, class: Class, now: Instant) -> Entry {
        let requests = taken.submissions + taken.looks < self.limits.requests.get();
        let room = match class {
            Class::Submission => requests && taken.submissions < self.limits.submissions.get(),
            Class::Look => requests,
            Class::Download => taken.downloads < self.limits.downloads.get(),
            Class::Overdue | Class::Adrift | Class::End => true,
        };
        let open_at = self.pace.open_at();
        match (room, class) {
            (false, _) => Entry::Full,
            (true, Class::Submission) if open_at > now => Entry::At(open_at),
            (true, _) => Entry::Now,
        }
    }

    /// Wakes those whose waiting has come to an end, or has got an end.
    fn ring(&mut self, now: Instant) {
        if self.line.iter().all(|visitor| visitor.bell.is_none()) {
            return;
        }
        let (entries, _) = self.line_up(now);
        for (visitor, entry) in self.line.iter_mut().zip(entries) {
            if entry != Entry::Full
                && let Some(bell) = visitor.bell.take()
            {
                bell.cancel();
            }
        }
    }
}
