//! The engine with real threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zoomout_core::Instant;

use super::chore::Class;
use super::engine::Engine;
use super::fakes::{CLUMSY, Do, JumpingClock, LOOK, SUBMIT, Server, at, limits, start, start_with};
use super::group::Group;
use super::limits::Limits;
use super::threads::{Threads, spawn};
use crate::cancel::CancelToken;
use crate::clock::{Clock, MachineClock};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn two_hundred_thousand_jobs_one_at_a_time_through_one_worker() {
    const JOBS: usize = 200_000;
    let (limits, clock) = (limits(1, 1), JumpingClock::endless());
    let (engine, server) = start_with(Threads { spawn, most: 1 }, limits, &clock);
    std::thread::scope(|scope| {
        for numbers in [0..JOBS / 2, JOBS / 2..JOBS] {
            let (group, server) = (Group::new(&engine), Arc::clone(&server));
            scope.spawn(move || {
                for number in numbers {
                    server.spawn(&group, number, &[SUBMIT]);
                    assert!(group.drain(PATIENCE).is_empty(), "job {number} was forgotten");
                }
            });
        }
    });
    server.assert_all_ended(JOBS);
}

#[test]
fn where_there_is_room_for_two_two_are_out() {
    let (engine, server) = start(limits(2, 1), &JumpingClock::endless());
    let group = Group::new(&engine);
    for number in 0..2 {
        server.spawn(&group, number, &[Do::Wait(at(10)), Do::Meet(2)]);
    }
    assert!(group.drain(PATIENCE).is_empty());
    server.assert_all_ended(2);
}

#[test]
fn without_a_thread_a_job_is_refused_at_once() {
    let threads = Threads { spawn: |_| false, most: 2 };
    let (engine, server) = start_with(threads, limits(1, 1), &JumpingClock::endless());
    let group = Group::new(&engine);
    server.spawn(&group, 0, &[SUBMIT]);
    assert_eq!(group.len(), 0);
    server.assert_all_ended(1);
    // A visitor needs none.
    assert!(engine.admit(Class::Submission, at(0) + PATIENCE, &CancelToken::new()).unwrap().is_some());
}

#[test]
fn a_panic_ends_its_own_job_and_gives_back_its_place() {
    let (engine, server) = start(limits(1, 1), &JumpingClock::endless());
    let group = Group::new(&engine);
    for number in 0..=CLUMSY {
        let steps: &[Do] = if number % 2 == 0 { &[Do::Panic] } else { &[SUBMIT, Do::Wait(at(99)), LOOK] };
        server.spawn(&group, number, steps);
    }
    assert!(group.drain(PATIENCE).is_empty());
    server.assert_all_ended(CLUMSY + 1);
}

#[test]
fn a_group_knows_its_own_jobs_only() {
    let (engine, server) = start(limits(2, 1), &JumpingClock::until(at(10)));
    let (group, other) = (Group::new(&engine), Group::new(&engine));
    let far = [Do::Wait(at(u64::MAX)), LOOK];
    server.spawn(&group, 0, &far);
    server.spawn(&other, 1, &far);
    assert_eq!([group.len(), other.len()], [1, 1]);
    assert_eq!(group.cancel_all().len(), 1);
    assert!(group.drain(PATIENCE).is_empty());
    assert_eq!(other.drain(Duration::ZERO).len(), 1);
    other.cancel_all();
    assert!(other.drain(PATIENCE).is_empty());
    server.assert_all_ended(2);
}

#[test]
fn a_visitor_gives_up_when_its_time_has_come_or_it_is_cancelled() {
    let engine = Engine::new(Arc::new(MachineClock::new()), limits(1, 1));
    let never = at(u64::MAX);
    let token = CancelToken::new();
    let permit = engine.admit(Class::Look, never, &token).unwrap().unwrap();
    assert!(engine.admit(Class::Look, at(20), &token).unwrap().is_none());
    let canceller = std::thread::spawn({
        let token = token.clone();
        move || token.cancel()
    });
    assert!(engine.admit(Class::Submission, never, &token).unwrap().is_none());
    canceller.join().unwrap();
    drop(permit);
    assert!(engine.admit(Class::Look, never, &CancelToken::new()).unwrap().is_some());
    assert_eq!(engine.threads(), 0, "visitors bring their own");
}

/// Counts how often it is asked, and never waits.
#[derive(Debug, Default)]
struct Hasty(AtomicU64);

impl Clock for Hasty {
    fn now(&self) -> Instant {
        self.0.fetch_add(1, Ordering::SeqCst);
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant, _: &CancelToken) {}
}

#[test]
fn a_clock_that_does_not_wait_burns_no_processor() {
    let clock = Arc::new(Hasty::default());
    let engine = Engine::new(Arc::<Hasty>::clone(&clock), Limits::default());
    let server = Server::new(Limits::default(), &JumpingClock::endless());
    let group = Group::new(&engine);
    server.spawn(&group, 0, &[SUBMIT, Do::Wait(at(1_000)), LOOK]);
    assert_eq!(group.drain(Duration::from_millis(200)).len(), 1);
    assert!(clock.0.load(Ordering::SeqCst) < 200, "{:?}", clock.0);
    group.cancel_all();
    assert!(group.drain(PATIENCE).is_empty());
}

/// Panics whenever somebody wants to sleep.
#[derive(Debug)]
struct Broken;

impl Clock for Broken {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant, _: &CancelToken) {
        std::panic::resume_unwind(Box::new("on purpose"))
    }
}

#[test]
fn a_clock_that_panics_keeps_nobody_waiting_for_ever() {
    let engine = Engine::new(Arc::new(Broken), Limits::default());
    let server = Server::new(Limits::default(), &JumpingClock::endless());
    let group = Group::new(&engine);
    server.spawn(&group, 0, &[SUBMIT, Do::Wait(at(1_000)), LOOK]);
    assert!(group.drain(PATIENCE).is_empty());
    server.assert_all_ended(1);
}
