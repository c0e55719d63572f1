//! The engine under a model checker, which tries thousands of ways for its threads to interleave.
//!
//! A thread that is never woken shows as a deadlock: no wait of the model ends by itself for certain. At the
//! end of each run the engine ends, and all its threads must leave.

use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use zoomout_core::Instant;

use super::chore::{Class, Reception};
use super::engine::Engine;
use super::fakes::{CLUMSY, Do, JumpingClock, LOOK, SUBMIT, Server, at, limits, start, start_with};
use super::group::Group;
use super::limits::Limits;
use super::threads::{Threads, spawn};
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::sync::{thread, try_orders};

const PATIENCE: std::time::Duration = std::time::Duration::MAX;
const NEVER: Instant = Instant::from_millis(u64::MAX);

fn check(model: fn() -> Arc<Engine>) {
    try_orders(move || model().end());
}

/// Adds jobs one at a time: each when the one before has ended.
fn one_at_a_time(engine: &Arc<Engine>, server: &Arc<Server>, numbers: std::ops::Range<usize>, steps: &[Do]) {
    let group = Group::new(engine);
    for number in numbers {
        server.spawn(&group, number, steps);
        assert!(group.drain(PATIENCE).is_empty());
    }
}

fn all<F: FnOnce() + Send + 'static>(works: impl IntoIterator<Item = F>) {
    let threads: Vec<_> = works.into_iter().map(thread::spawn).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_job_that_is_added_when_the_last_one_ended_is_never_forgotten() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::endless());
        all((0..3).map(|producer| {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            move || one_at_a_time(&engine, &server, producer * 3..producer * 3 + 3, &[SUBMIT])
        }));
        server.assert_all_ended(9);
        engine
    });
}

#[test]
fn one_thread_is_enough() {
    check(|| {
        let (limits, clock) = (limits(1, 1), JumpingClock::endless());
        let (engine, server) = start_with(Threads { spawn, most: 1 }, limits, &clock);
        all((0..2).map(|producer| {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            move || one_at_a_time(&engine, &server, producer * 3..producer * 3 + 3, &[SUBMIT])
        }));
        server.assert_all_ended(6);
        engine
    });
}

#[test]
fn where_there_is_room_for_two_two_are_out() {
    check(|| {
        let (engine, server) = start(limits(2, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        for number in 0..2 {
            server.spawn(&group, number, &[Do::Wait(at(10)), Do::Meet(2)]);
        }
        assert!(group.drain(PATIENCE).is_empty());
        server.assert_all_ended(2);
        engine
    });
}

#[test]
fn whoever_waits_has_its_turn_whoever_keeps_the_time() {
    check(|| {
        let (engine, server) = start(limits(2, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        for (number, moment) in [50, 30, 40].into_iter().enumerate() {
            server.spawn(&group, number, &[SUBMIT, Do::Wait(at(moment)), LOOK, Do::Wait(at(60)), LOOK]);
        }
        assert!(group.drain(PATIENCE).is_empty());
        server.assert_all_ended(3);
        engine
    });
}

/// Threads that cannot be made now and then.
const SCARCE: Threads = Threads { spawn: now_and_then, most: 3 };

fn now_and_then(work: Box<dyn FnOnce() + Send>) -> bool {
    thread_rng().gen_ratio(1, 2) && spawn(work)
}

#[test]
fn a_sleeping_keeper_works_where_no_thread_can_be_made() {
    check(|| {
        let (limits, clock) = (limits(2, 1), JumpingClock::until(at(100)));
        let (engine, server) = start_with(SCARCE, limits, &clock);
        let far = Group::new(&engine);
        server.spawn(&far, 0, &[Do::Wait(NEVER), LOOK]);
        all((0..2).map(|producer| {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            let steps = [SUBMIT, Do::Wait(at(20)), LOOK];
            move || one_at_a_time(&engine, &server, producer * 2 + 1..producer * 2 + 3, &steps)
        }));
        far.cancel_all();
        assert!(far.drain(PATIENCE).is_empty());
        server.assert_all_ended(5);
        engine
    });
}

#[test]
fn cancelling_ends_every_job_once_wherever_it_is() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::until(at(30)));
        let (group, other) = (Group::new(&engine), Group::new(&engine));
        for number in 0..3 {
            server.spawn(&group, number, &[SUBMIT, Do::Wait(at(20)), LOOK, Do::Wait(NEVER), LOOK]);
        }
        server.spawn(&other, 3, &[SUBMIT, LOOK]);
        let canceller = {
            let group = Arc::clone(&group);
            thread::spawn(move || {
                group.cancel(1);
                group.cancel_all()
            })
        };
        assert!(other.drain(PATIENCE).is_empty());
        canceller.join().unwrap();
        assert!(group.drain(PATIENCE).is_empty());
        server.assert_all_ended(4);
        engine
    });
}

#[test]
fn what_is_cancelled_while_it_is_being_added_ends() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        // There is no room for it: it cannot find out by itself.
        let permit = engine.admit(Class::Look, NEVER, &CancelToken::new());
        let canceller = {
            let group = Arc::clone(&group);
            thread::spawn(move || {
                while group.cancel_all().is_empty() {
                    thread::yield_now();
                }
            })
        };
        server.spawn(&group, 0, &[LOOK]);
        assert!(group.drain(PATIENCE).is_empty());
        canceller.join().unwrap();
        drop(permit);
        server.assert_all_ended(1);
        engine
    });
}

#[test]
fn what_panics_ends_and_gives_back_what_it_held() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        for number in 0..=CLUMSY {
            let steps: &[Do] = if number % 2 == 0 { &[Do::Panic] } else { &[SUBMIT] };
            server.spawn(&group, number, steps);
        }
        assert!(group.drain(PATIENCE).is_empty());
        server.assert_all_ended(CLUMSY + 1);
        engine
    });
}

#[test]
fn a_job_that_waits_for_a_visitor_keeps_its_thread() {
    check(|| {
        let (engine, server) = start_with(SCARCE, limits(1, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        let permit = engine.admit(Class::Look, NEVER, &CancelToken::new());
        server.spawn(&group, 0, &[LOOK]);
        let visitor = thread::spawn(|| drop(permit));
        assert!(group.drain(PATIENCE).is_empty());
        visitor.join().unwrap();
        server.assert_all_ended(1);
        engine
    });
}

/// Passes the gate, makes a call, and tells what was heard.
fn visit(engine: &Arc<Engine>, server: &Server, class: Class, reception: Reception) {
    let permit = engine.admit(class, NEVER, &CancelToken::new()).unwrap().unwrap();
    server.call(class);
    permit.heard(reception);
}

#[test]
fn visitors_and_jobs_share_the_room_and_nobody_starves() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::endless());
        let group = Group::new(&engine);
        server.spawn(&group, 0, &[SUBMIT, Do::Wait(at(10)), LOOK]);
        let visitors = [Class::Submission, Class::Look, Class::Look, Class::Download].map(|class| {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            move || visit(&engine, &server, class, Reception::Other)
        });
        let visits = thread::spawn(|| all(visitors));
        server.spawn(&group, 1, &[LOOK, Do::Call(Class::Download, Reception::Other)]);
        assert!(group.drain(PATIENCE).is_empty());
        visits.join().unwrap();
        server.assert_all_ended(2);
        engine
    });
}

#[test]
fn a_visitor_that_gives_up_lets_the_others_pass() {
    check(|| {
        let (engine, server) = start(limits(1, 1), &JumpingClock::until(at(0)));
        let group = Group::new(&engine);
        let impatient = CancelToken::new();
        let hurried = {
            let (engine, impatient) = (Arc::clone(&engine), impatient.clone());
            thread::spawn(move || drop(engine.admit(Class::Submission, NEVER, &impatient)))
        };
        let patient = {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            thread::spawn(move || visit(&engine, &server, Class::Submission, Reception::Other))
        };
        server.spawn(&group, 0, &[SUBMIT]);
        impatient.cancel();
        assert!(group.drain(PATIENCE).is_empty());
        hurried.join().unwrap();
        patient.join().unwrap();
        server.assert_all_ended(1);
        engine
    });
}

#[test]
fn the_keeper_hears_when_the_pace_opens_for_jobs() {
    check(|| {
        let limits = Limits { submits_per_minute: Some(1), ..limits(2, 1) };
        let (engine, server) = start(limits, &JumpingClock::until(at(120_000)));
        let (group, far) = (Group::new(&engine), Group::new(&engine));
        server.spawn(&far, 0, &[Do::Wait(NEVER), LOOK]);
        visit(&engine, &server, Class::Submission, Reception::Accepted);
        let impatient = CancelToken::new();
        let visitor = {
            let (engine, impatient) = (Arc::clone(&engine), impatient.clone());
            thread::spawn(move || drop(engine.admit(Class::Submission, NEVER, &impatient)))
        };
        server.spawn(&group, 1, &[SUBMIT]);
        impatient.cancel();
        assert!(group.drain(PATIENCE).is_empty());
        visitor.join().unwrap();
        far.cancel_all();
        assert!(far.drain(PATIENCE).is_empty());
        server.assert_all_ended(2);
        engine
    });
}

#[test]
fn one_pace_holds_for_visitors_and_jobs() {
    check(|| {
        let limits = Limits { submits_per_minute: Some(1), ..limits(2, 1) };
        let clock = JumpingClock::endless();
        let (engine, server) = start(limits, &clock);
        let group = Group::new(&engine);
        let visits = {
            let (engine, server) = (Arc::clone(&engine), Arc::clone(&server));
            let overrun = Reception::Overrun(at(100_000));
            thread::spawn(move || {
                visit(&engine, &server, Class::Submission, overrun);
                visit(&engine, &server, Class::Submission, Reception::Accepted);
            })
        };
        for number in 0..2 {
            server.spawn(&group, number, &[SUBMIT]);
        }
        assert!(group.drain(PATIENCE).is_empty());
        visits.join().unwrap();
        server.assert_all_ended(2);
        // One went at once, and each of three a minute later than the one before.
        assert!(clock.now() >= at(180_000), "{:?}", clock.now());
        engine
    });
}

#[test]
fn an_engine_that_ends_tells_everybody() {
    check(|| {
        let (engine, server) = start(limits(2, 1), &JumpingClock::until(at(20)));
        let group = Group::new(&engine);
        for number in 0..3 {
            server.spawn(&group, number, &[SUBMIT, Do::Wait(at(20)), LOOK, Do::Wait(NEVER), LOOK]);
        }
        engine.end();
        assert!(group.drain(PATIENCE).is_empty());
        server.assert_all_ended(3);
        engine
    });
}
