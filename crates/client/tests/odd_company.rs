//! A client among clocks, transports and listeners that misbehave: money, ids and ends stay right.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::num::NonZeroUsize;
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use http::Response;
use zoomout::testing::{JumpingClock, Script};
use zoomout::{
    ApiKey, Batch, Billed, CancelToken, Client, ClientBuilder, Clock, Dispatcher, Error, ErrorKind, Event,
    Failure, Instant, Limits, MachineClock, Policy, TaskId, Transport, Zoom,
};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(60);
const ACCEPTED: &str = r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#;
const DONE: &str = r#"{"data":{"id":"task_new","status":"completed","result":{"url":"https://h/0.png"}}}"#;

fn builder(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> ClientBuilder {
    Client::builder(ApiKey::new("sk-MARK").unwrap()).transport(transport).clock(clock)
}

fn zoom() -> Zoom {
    Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None)
}

fn limits(submits_per_minute: u32) -> Limits {
    Limits { submits_per_minute: Some(submits_per_minute), ..Limits::default() }
}

/// What a clock does wrong when it is asked to sleep.
#[derive(Debug)]
enum Fault {
    PanicsOnce(AtomicBool),
    ComesBackEarly,
    DoesNotKnowWhatIsLeft,
}

/// Real time with a fault.
#[derive(Debug)]
struct Faulty {
    inner: MachineClock,
    fault: Fault,
    asked: AtomicUsize,
}

impl Faulty {
    fn with(fault: Fault) -> Arc<Self> {
        Arc::new(Self { inner: MachineClock::at_pace(20.0), fault, asked: AtomicUsize::new(0) })
    }

    fn panics_once() -> Arc<Self> {
        Self::with(Fault::PanicsOnce(AtomicBool::new(true)))
    }
}

impl Clock for Faulty {
    fn now(&self) -> Instant {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.now()
    }

    fn sleep_until(&self, until: Instant, cancel: &CancelToken) {
        match &self.fault {
            Fault::PanicsOnce(armed) => {
                if armed.swap(false, Ordering::SeqCst) {
                    std::panic::resume_unwind(Box::new("on purpose"));
                }
                self.inner.sleep_until(until, cancel);
            }
            Fault::ComesBackEarly => {}
            Fault::DoesNotKnowWhatIsLeft => self.inner.sleep_until(until, cancel),
        }
    }

    fn left(&self, until: Instant) -> Duration {
        if matches!(self.fault, Fault::DoesNotKnowWhatIsLeft) {
            std::panic::resume_unwind(Box::new("on purpose"));
        }
        self.inner.left(until)
    }
}

#[test]
fn a_clock_that_panics_while_somebody_waits_for_the_pace_does_not_open_it() {
    let script = Arc::new(Script::new().answer(200, ACCEPTED).answer(200, ACCEPTED));
    let client = builder(script.clone(), Faulty::panics_once()).limits(limits(1)).build().unwrap();
    client.submit(zoom()).unwrap();
    let error = client.submit(zoom()).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::No));
    assert!(error.to_string().contains("the clock panicked"), "{error}");
    assert_eq!(script.submissions(), 1);
}

#[test]
fn a_clock_that_panics_under_a_job_ends_it_and_burns_no_processor() {
    let clock = Faulty::panics_once();
    let script = Arc::new(Script::new().answer(200, ACCEPTED));
    let client = builder(script, clock.clone()).build().unwrap();
    let (ended, ends) = mpsc::channel();
    let dispatcher = Dispatcher::new(&client);
    dispatcher.spawn(zoom(), |_| {}, move |result| ended.send(result).unwrap());
    let error = ends.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Yes));
    assert_eq!(error.task_id().unwrap().as_str(), "task_new");
    assert!(error.to_string().contains("the clock panicked"), "{error}");
    assert!(clock.asked.load(Ordering::SeqCst) < 100, "{:?}", clock.asked);
}

#[test]
fn a_clock_that_comes_back_early_uses_up_no_pace() {
    let later = r#"{"error":{"code":"idempotency_unavailable","message":"not executed"}}"#;
    let script = Arc::new(Script::new().answer(503, later).answer(200, ACCEPTED));
    let client =
        builder(script.clone(), Faulty::with(Fault::ComesBackEarly)).limits(limits(2)).build().unwrap();
    client.submit(zoom()).unwrap();
    assert_eq!(script.submissions(), 2);
}

#[test]
fn a_clock_that_does_not_know_what_is_left_sends_nothing() {
    let script = Arc::new(Script::new().answer(200, ACCEPTED));
    let client = builder(script.clone(), Faulty::with(Fault::DoesNotKnowWhatIsLeft)).build().unwrap();
    let error = client.submit(zoom()).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::No));
    assert_eq!(script.submissions(), 0);
}

#[test]
fn a_slow_listener_makes_nobody_submit_after_the_deadline() {
    let clock = Arc::new(JumpingClock::new());
    let script = Arc::new(Script::new().fail(Failure::not_sent("refused")).answer(200, ACCEPTED));
    let policy = Policy::default().deadline(Duration::from_secs(20));
    let client = builder(script.clone(), clock.clone()).policy(policy).build().unwrap();
    let (ended, ends) = mpsc::channel();
    let on_event = move |_: &Event| clock.advance(Duration::from_secs(30));
    let dispatcher = Dispatcher::new(&client);
    dispatcher.spawn(zoom(), on_event, move |result| ended.send(result).unwrap());
    let error = ends.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!(error.billed(), Billed::No);
    assert!(script.submissions() <= 1, "{script:?}");
}

#[test]
fn however_long_a_server_asks_to_wait_everybody_hears_of_it() {
    let busy = || {
        let answer = Response::builder().status(429).header("retry-after", 31_536_000);
        answer.body(br#"{"error":{"message":"slow down","type":"rate_limit_error"}}"#.to_vec()).unwrap()
    };
    let script = Arc::new((0..3).fold(Script::new(), |script, _| script.respond(busy())));
    let one_at_a_time = Limits { submissions: NonZeroUsize::MIN, ..Limits::default() };
    let client = builder(script, Arc::new(JumpingClock::new())).limits(one_at_a_time).build().unwrap();
    let ends: Vec<Error> =
        client.zoom_many((0..3).map(|_| zoom())).map(|end| end.result.unwrap_err()).collect();
    assert_eq!(ends.len(), 3);
    for error in ends {
        assert!(error.api().is_some_and(zoomout::ApiError::is_rate_limit), "{error:?}");
        assert_eq!(error.billed(), Billed::No);
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "on purpose");
    }
}

#[test]
fn what_panics_when_it_is_dropped_takes_no_result_along() {
    let script = Arc::new(Script::new().answer(200, ACCEPTED).answer(200, DONE));
    let client = builder(script, Arc::new(JumpingClock::new())).build().unwrap();
    let mut batch = Batch::new(&client);
    let bomb = Bomb;
    let on_event = move |_, _: &Event| {
        let _held = &bomb;
    };
    batch.add(zoom(), on_event, |_| {});
    let finished = batch.next_within(PATIENCE).unwrap().unwrap();
    assert_eq!(finished.result.unwrap().task_id.as_str(), "task_new");
    assert!(batch.is_empty());
}

#[test]
fn a_panic_that_panics_again_does_not_come_through() {
    let script = Arc::new(Script::new().answer(200, ACCEPTED));
    let client = builder(script, Arc::new(JumpingClock::new())).build().unwrap();
    let error = client.observed_by(|_| panic_any(Bomb)).zoom(&zoom()).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Yes));
    assert_eq!(error.task_id().unwrap().as_str(), "task_new");
}

#[test]
fn what_is_read_after_a_cancel_is_not_submitted() {
    for _ in 0..200 {
        let script = Arc::new((0..8).fold(Script::new(), |script, _| script.answer(200, ACCEPTED)));
        let token = CancelToken::new();
        let client = builder(script.clone(), Arc::new(MachineClock::new())).build().unwrap();
        let canceller = token.clone();
        let input = (0..).map(move |number| {
            if number == 3 {
                canceller.cancel();
            }
            Zoom::by_ratio(TaskId::new(format!("task_{number}")).unwrap(), None)
        });
        let ends = client.cancelled_by(&token).zoom_many(input).count();
        assert_eq!(ends, 3);
        let late = script.requests().iter().filter(|post| post.body().ends_with(br#"task_3"}"#)).count();
        assert_eq!(late, 0);
    }
}

#[test]
fn callers_that_block_do_not_keep_jobs_waiting_for_ever() {
    let running = r#"{"data":{"id":"task_new","status":"processing"}}"#;
    let script = (0..200_000).fold(Script::new(), |script, _| script.answer(200, running));
    let limits = Limits { requests: NonZeroUsize::MIN, ..Limits::default() };
    let client = builder(Arc::new(script), Arc::new(MachineClock::new())).limits(limits).build().unwrap();
    let task = TaskId::new("task_new").unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    drop(client.task(&task));
                }
            });
        }
        let (looked, looks) = mpsc::channel();
        let dispatcher = Dispatcher::new(&client);
        for _ in 0..50 {
            let looked = looked.clone();
            dispatcher.task(task.clone(), move |task| looked.send(task).unwrap());
        }
        for _ in 0..50 {
            assert!(looks.recv_timeout(PATIENCE).is_ok(), "a job was starved");
        }
        over.store(true, Ordering::SeqCst);
    });
}
