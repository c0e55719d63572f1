//! Submissions under a model checker: in whatever order things happen, nobody is told too little or too much.

use std::sync::Arc;

use zoomout_core::{Call, Delivery, Failure, IdempotencyKey, Reply, TaskId, Zoom};

use super::Submissions;
use crate::cancel::CancelToken;
use crate::clock::MachineClock;
use crate::dispatcher::{Engine, Limits};
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::{thread, try_orders};
use crate::transport::Context;

const LONG: std::time::Duration = std::time::Duration::MAX;

fn call() -> Call {
    let zoom = Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None);
    Call::Submit { action: zoom.into(), ticket: IdempotencyKey::from_bits(7), idempotency_key: true }
}

/// A submission that is cancelled at some moment; whether it left, what its caller heard, and what was told of it.
fn cancelled(asks: bool) -> (bool, Failure, usize) {
    let engine = Engine::new(Arc::new(MachineClock::new()), Limits::default());
    let heard = Arc::new(AtomicUsize::new(0));
    let ear = Arc::clone(&heard);
    let listener = Box::new(move |_: &_| {
        ear.fetch_add(1, Ordering::SeqCst);
    });
    let submissions = Submissions::new(&engine, Some(listener), false);
    let left = Arc::new(AtomicBool::new(false));
    let gone = Arc::clone(&left);
    let send = move |_: &Call, context: &Context| {
        if asks {
            context.hold();
            thread::yield_now();
        }
        if asks && !context.leave() {
            return Reply::Failure(Failure::not_sent("held back"));
        }
        gone.store(true, Ordering::SeqCst);
        thread::yield_now();
        assert!(!context.cancel.is_cancelled(), "what has left is not cut");
        Reply::Failure(Failure::unknown("reset"))
    };
    let token = CancelToken::new();
    let canceller = {
        let token = token.clone();
        thread::spawn(move || token.cancel())
    };
    let reply = submissions.exchange(call(), &Context::new(&token, LONG), send, |_| {});
    canceller.join().unwrap();
    let ends = submissions.settle(LONG).len();
    assert_eq!(ends, heard.load(Ordering::SeqCst));
    engine.end();
    let Reply::Failure(failure) = reply else { unreachable!("no answer is given") };
    (left.load(Ordering::SeqCst), failure, ends)
}

/// Whoever was told that nothing was sent was told the truth; whoever has left hears the rest once.
fn check(asks: bool) {
    try_orders(move || {
        let (left, failure, ends) = cancelled(asks);
        match (failure.delivery, failure.cause.as_str()) {
            (Delivery::NotSent, _) => assert_eq!((left, ends), (false, 0)),
            (Delivery::Unknown, "reset") => assert_eq!((left, ends), (true, 0)),
            // One that asks may have been held back after its caller had left.
            (Delivery::Unknown, _) => assert!((left || asks) && ends == 1),
        }
    });
}

#[test]
fn what_asks_before_it_leaves() {
    check(true);
}

#[test]
fn what_does_not_ask() {
    check(false);
}
