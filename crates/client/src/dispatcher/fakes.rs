//! Chores and clocks for tests of the engine.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::{Chore, Class, Next, Reception, Turn};
use super::engine::Engine;
use super::group::{Group, Member};
use super::limits::Limits;
use super::threads::Threads;
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::sync::{Condvar, Mutex, lock, thread, wait_while};

pub(super) fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Jumps to wherever somebody waits for; with an end, nobody sees what comes after that.
#[derive(Debug)]
pub(super) struct JumpingClock {
    pub(super) now: Mutex<Instant>,
    pub(super) end: Instant,
}

impl JumpingClock {
    pub(super) fn until(end: Instant) -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(Instant::ZERO), end })
    }

    pub(super) fn endless() -> Arc<Self> {
        Self::until(at(u64::MAX))
    }
}

impl Clock for JumpingClock {
    fn now(&self) -> Instant {
        *lock(&self.now)
    }

    fn sleep_until(&self, until: Instant, bell: &CancelToken) {
        if until > self.end {
            // Only the bell ends this.
            bell.sleep(Duration::MAX);
        } else if !bell.is_cancelled() {
            let mut now = lock(&self.now);
            *now = until.max(*now);
        }
    }
}

/// What a fake job does in one turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Do {
    /// A call of this class, whose answer shows this.
    Call(Class, Reception),
    /// A look that ends when so many of its kind are out.
    Meet(usize),
    /// Nothing before this moment, and then the next.
    Wait(Instant),
    /// Panics.
    Panic,
}

pub(super) const SUBMIT: Do = Do::Call(Class::Submission, Reception::Other);
pub(super) const LOOK: Do = Do::Call(Class::Look, Reception::Other);

/// What the server of the fake jobs saw.
#[derive(Debug)]
pub(super) struct Server {
    limits: Limits,
    clock: Arc<JumpingClock>,
    seen: Mutex<Seen>,
    /// Somebody has come to a meeting.
    met: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    downloads: usize,
    /// Whoever saw more in flight than there may be.
    crowded: bool,
    ended: Vec<usize>,
    met: usize,
}

impl Server {
    pub(super) fn new(limits: Limits, clock: &Arc<JumpingClock>) -> Arc<Self> {
        Arc::new(Self { limits, clock: Arc::clone(clock), seen: Mutex::default(), met: Condvar::new() })
    }

    /// A call that takes a while.
    pub(super) fn call(&self, class: Class) {
        let count = |seen: &mut Seen, out: bool| {
            let (count, most) = match class {
                Class::Submission | Class::Look => (&mut seen.requests, self.limits.requests),
                Class::Download => (&mut seen.downloads, self.limits.downloads),
                Class::Overdue | Class::Adrift | Class::End => return,
            };
            *count = if out { *count + 1 } else { *count - 1 };
            seen.crowded |= *count > most.get();
        };
        count(&mut lock(&self.seen), true);
        thread::yield_now();
        count(&mut lock(&self.seen), false);
    }

    /// Waits until so many have met.
    fn meet(&self, wanted: usize) {
        let mut seen = lock(&self.seen);
        seen.met += 1;
        self.met.notify_all();
        drop(wait_while(&self.met, seen, Duration::MAX, |seen| seen.met < wanted));
    }

    /// That each of so many was told of its end once, and nobody saw a crowd.
    pub(super) fn assert_all_ended(&self, jobs: usize) {
        let mut seen = lock(&self.seen);
        assert!(!seen.crowded);
        seen.ended.sort_unstable();
        assert_eq!(seen.ended, (0..jobs).collect::<Vec<_>>());
    }

    /// Adds a job to a group.
    pub(super) fn spawn(self: &Arc<Self>, group: &Arc<Group>, number: usize, steps: &[Do]) -> u64 {
        group.take_in(None, |member| {
            let steps = steps.iter().copied().collect();
            Box::new(FakeJob { number, steps, server: Arc::clone(self), member })
        })
    }
}

#[derive(Debug)]
struct FakeJob {
    number: usize,
    steps: VecDeque<Do>,
    server: Arc<Server>,
    member: Member,
}

impl Chore for FakeJob {
    fn class(&self) -> Class {
        match self.steps.front() {
            Some(Do::Call(class, _)) => *class,
            _ => Class::Look,
        }
    }

    fn turn(&mut self, class: Class, heard: &mut dyn FnMut(Reception)) -> Next {
        if !class.calls() || self.member.token.is_cancelled() {
            return Next::Ended;
        }
        let step = self.steps.pop_front();
        let next = Turn { class: self.class(), at: self.server.clock.now(), by: at(u64::MAX) };
        match step {
            Some(Do::Call(class, reception)) => {
                self.server.call(class);
                heard(reception);
            }
            Some(Do::Meet(wanted)) => {
                self.server.meet(wanted);
                heard(Reception::Other);
            }
            Some(Do::Wait(at)) => return Next::Again(Turn { at, ..next }),
            // Without the hook, which would talk about it.
            Some(Do::Panic) => resume_unwind(Box::new("on purpose")),
            None => {}
        }
        if self.steps.is_empty() { Next::Ended } else { Next::Again(next) }
    }

    fn end(self: Box<Self>) {
        lock(&self.server.seen).ended.push(self.number);
        if self.number == CLUMSY {
            resume_unwind(Box::new("on purpose"));
        }
    }

    fn refuse(self: Box<Self>) {
        self.end();
    }
}

/// The end of the job with this number panics.
pub(super) const CLUMSY: usize = 13;

pub(super) fn limits(requests: usize, downloads: usize) -> Limits {
    let number = |number| std::num::NonZeroUsize::new(number).unwrap();
    Limits { requests: number(requests), downloads: number(downloads), ..Limits::default() }
}

pub(super) fn start(limits: Limits, clock: &Arc<JumpingClock>) -> (Arc<Engine>, Arc<Server>) {
    start_with(Threads::enough_for(limits), limits, clock)
}

pub(super) fn start_with(
    threads: Threads,
    limits: Limits,
    clock: &Arc<JumpingClock>,
) -> (Arc<Engine>, Arc<Server>) {
    let engine = Engine::with_threads(threads, Arc::<JumpingClock>::clone(clock), limits);
    (engine, Server::new(limits, clock))
}
