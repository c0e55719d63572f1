//! One client, one engine: what one call hears holds for all, and what panics ends alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::io::Write;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use http::{Method, Request, Response, Uri};
use zoomout::{
    ApiKey, Billed, CancelToken, Client, Clock, Context, Dispatcher, Download, Error, ErrorKind, Event,
    Failure, FetchError, Instant, Limits, MachineClock, Policy, Task, TaskId, Transport, Zoom,
};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(60);
const ACCEPTED: (u16, &str) = (200, r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#);
const DONE: (u16, &str) =
    (200, r#"{"data":{"id":"task_new","status":"completed","result":{"url":"https://h/0.png"}}}"#);
const OVERRUN: (u16, &str) = (429, r#"{"error":{"message":"too many","type":"rate_limit_error"}}"#);

/// What a server answers to the so-manieth request with this method; nothing: the transport panics.
type Answer = fn(&Method, usize) -> Option<(u16, &'static str)>;

#[derive(Debug)]
struct Network {
    clock: Arc<JumpingClock>,
    answer: Answer,
    posts: Mutex<Vec<Instant>>,
    looks: Mutex<usize>,
}

impl Transport for Network {
    fn send(&self, request: Request<Vec<u8>>, _: &Context) -> Result<Response<Vec<u8>>, Failure> {
        let number = if request.method() == Method::POST {
            let mut posts = self.posts.lock().unwrap();
            posts.push(self.clock.now());
            posts.len() - 1
        } else {
            let mut looks = self.looks.lock().unwrap();
            *looks += 1;
            *looks - 1
        };
        // Without the hook, which would talk about it.
        let Some((status, body)) = (self.answer)(request.method(), number) else {
            resume_unwind(Box::new("on purpose"))
        };
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }

    fn fetch(&self, _: &Uri, _: u64, _: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        Err(FetchError::Status(404))
    }
}

/// Jumps to wherever somebody waits for; panics from a moment on.
#[derive(Debug)]
struct JumpingClock {
    now: Mutex<Instant>,
    end: Instant,
}

impl Clock for JumpingClock {
    fn now(&self) -> Instant {
        let now = *self.now.lock().unwrap();
        if now >= self.end { resume_unwind(Box::new("on purpose")) } else { now }
    }

    fn sleep_until(&self, until: Instant, _: &CancelToken) {
        let mut now = self.now.lock().unwrap();
        *now = until.max(*now);
    }
}

fn start(end: Instant, answer: Answer) -> (Client, Arc<Network>) {
    let clock = Arc::new(JumpingClock { now: Mutex::new(Instant::ZERO), end });
    let network =
        Network { clock: Arc::clone(&clock), answer, posts: Mutex::default(), looks: Mutex::default() };
    let network = Arc::new(network);
    let one = NonZeroUsize::MIN;
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(Arc::<Network>::clone(&network))
        .clock(clock)
        .limits(Limits { requests: one, downloads: one, ..Limits::default() })
        .build()
        .unwrap();
    (client, network)
}

const NEVER: Instant = Instant::from_millis(u64::MAX);

fn zoom() -> Zoom {
    Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None)
}

/// Two zooms on a client whose limits allow one request at a time.
fn two(client: &Client, on_event: impl FnMut(&Event) + Send + Clone + 'static) -> Vec<Result<Task, Error>> {
    zooms(2, client, on_event)
}

fn zooms(
    count: usize,
    client: &Client,
    on_event: impl FnMut(&Event) + Send + Clone + 'static,
) -> Vec<Result<Task, Error>> {
    let dispatcher = Dispatcher::new(client);
    let (ended, ends) = mpsc::channel();
    for _ in 0..count {
        let ended = ended.clone();
        dispatcher.spawn(zoom(), on_event.clone(), move |result| ended.send(result).unwrap());
    }
    assert!(dispatcher.drain(PATIENCE).is_empty());
    ends.try_iter().collect()
}

/// Those that ended well, and those that did not.
fn ended(ends: Vec<Result<Task, Error>>) -> (Vec<Task>, Vec<Error>) {
    let (well, badly): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    (well.into_iter().flatten().collect(), badly.into_iter().filter_map(Result::err).collect())
}

#[test]
fn a_429_heard_by_a_blocking_call_slows_the_jobs_of_every_dispatcher() {
    let (client, network) = start(NEVER, |method, number| match (method, number) {
        (&Method::POST, 0) => Some(OVERRUN),
        (&Method::POST, _) => Some(ACCEPTED),
        _ => Some(DONE),
    });
    client.submit(zoom()).unwrap();
    for dispatcher in [Dispatcher::new(&client), Dispatcher::new(&client)] {
        dispatcher.submit(zoom(), |_| {}, |submission| drop(submission.unwrap()));
        assert!(dispatcher.drain(PATIENCE).is_empty());
    }
    let posts = network.posts.lock().unwrap();
    let gaps: Vec<_> = posts.windows(2).map(|pair| pair[1].saturating_since(pair[0])).collect();
    assert_eq!(gaps.len(), 3);
    assert!(gaps.iter().all(|gap| *gap >= Duration::from_millis(300)), "{gaps:?}");
}

#[test]
fn a_transport_that_panics_on_a_submission_ends_that_job_with_a_doubt() {
    let (client, _) = start(NEVER, |method, number| match (method, number) {
        (&Method::POST, 0) => None,
        (&Method::POST, _) => Some(ACCEPTED),
        _ => Some(DONE),
    });
    let (ends, errors) = ended(two(&client, |_| {}));
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Maybe));
    assert!(error.to_string().contains("the transport panicked"), "{error}");
    assert_eq!(ends.len(), 1);
}

#[test]
fn a_transport_that_panics_on_a_look_names_the_task_that_is_paid_for() {
    let (client, _) = start(NEVER, |method, number| match (method, number) {
        (&Method::POST, _) => Some(ACCEPTED),
        (_, 0) => None,
        _ => Some(DONE),
    });
    let (ends, errors) = ended(two(&client, |_| {}));
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Yes));
    assert_eq!(error.task_id().unwrap().as_str(), "task_new");
    assert!(error.to_string().contains("the transport panicked"), "{error}");
    assert_eq!(ends.len(), 1);
}

#[test]
fn a_clock_that_panics_ends_each_job_with_the_truth() {
    let answer: Answer = |method, _| Some(if method == Method::POST { ACCEPTED } else { DONE });
    let (client, _) = start(Instant::from_millis(1), answer);
    // Only one: while the call of another is out, whoever waits would let the time jump.
    for end in zooms(1, &client, |_| {}) {
        let error = end.unwrap_err();
        assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Yes));
        assert!(error.to_string().contains("the clock panicked"), "{error}");
    }
    // It has never told the time.
    let (client, network) = start(Instant::ZERO, answer);
    for end in two(&client, |_| {}) {
        assert_eq!(end.unwrap_err().billed(), Billed::No);
    }
    assert_eq!(network.posts.lock().unwrap().len(), 0);
}

#[test]
fn an_observer_that_asks_its_own_client_finds_room() {
    let answer: Answer = |method, _| Some(if method == Method::POST { ACCEPTED } else { DONE });
    let (client, _) = start(NEVER, answer);
    let asked = client.clone();
    let on_event = move |event: &Event| {
        if let Event::Submitted(submission) = event {
            asked.task(&submission.task_id).unwrap();
        }
    };
    assert!(two(&client, on_event).iter().all(Result::is_ok));
}

#[test]
fn a_dispatcher_outlives_its_client_and_dropping_it_tells_everybody() {
    let (client, _) = start(NEVER, |method, _| {
        Some(if method == Method::POST {
            ACCEPTED
        } else {
            (200, r#"{"data":{"id":"task_new","status":"processing"}}"#)
        })
    });
    let dispatcher = Dispatcher::new(&client);
    drop(client);
    let (ended, ends) = mpsc::channel();
    let (submitted, submissions) = mpsc::channel();
    dispatcher.spawn(
        zoom(),
        move |_| submitted.send(()).unwrap_or_default(),
        move |end| ended.send(end).unwrap(),
    );
    submissions.recv_timeout(PATIENCE).unwrap();
    drop(dispatcher);
    let error = ends.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!(error.billed(), Billed::Yes);
}

/// The look of the first task never comes back while the test runs.
#[derive(Debug)]
struct Stalled {
    posts: Mutex<usize>,
    gate: Mutex<Option<mpsc::Receiver<()>>>,
    stalls: mpsc::Sender<()>,
}

impl Transport for Stalled {
    fn send(&self, request: Request<Vec<u8>>, _: &Context) -> Result<Response<Vec<u8>>, Failure> {
        if request.method() == Method::POST {
            let mut posts = self.posts.lock().unwrap();
            *posts += 1;
            let id = format!(r#"{{"data":[{{"status":"submitted","task_id":"task_{posts}"}}]}}"#);
            return Ok(Response::new(id.into_bytes()));
        }
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            self.stalls.send(()).unwrap();
            assert!(gate.recv().is_err(), "dropped at the end");
        }
        Err(Failure::unknown("reset"))
    }

    fn fetch(&self, _: &Uri, _: u64, _: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        Err(FetchError::Status(404))
    }
}

#[test]
fn whoever_waits_in_line_is_not_late_because_of_somebody_elses_server() {
    let (open, gate) = mpsc::channel::<()>();
    let (stalls, stalled) = mpsc::channel();
    let transport = Stalled { posts: Mutex::new(0), gate: Mutex::new(Some(gate)), stalls };
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(Arc::new(transport))
        .clock(Arc::new(MachineClock::at_pace(100.0)))
        .policy(Policy::default().deadline(Duration::from_secs(100)))
        .limits(Limits { requests: NonZeroUsize::MIN, ..Limits::default() })
        .build()
        .unwrap();
    let dispatcher = Dispatcher::new(&client);
    let (ended, ends) = mpsc::channel();
    for _ in 0..2 {
        let ended = ended.clone();
        dispatcher.spawn(zoom(), |_| {}, move |result| ended.send(result).unwrap());
    }
    stalled.recv_timeout(PATIENCE).unwrap();
    // A blocking call stands in the same line, and its time is up as well.
    let error = client.task(&TaskId::new("task_1").unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline, "{error:?}");
    let error = ends.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Deadline, Billed::Yes), "{error:?}");
    // A job leaves once it was told.
    while dispatcher.len() > 1 {
        std::thread::yield_now();
    }
    assert_eq!(dispatcher.len(), 1, "the other is still held up");
    drop(open);
    assert!(ends.recv_timeout(PATIENCE).unwrap().is_err());
}

#[test]
fn a_pace_holds_for_whoever_submits_in_whatever_way() {
    let clock = Arc::new(JumpingClock { now: Mutex::new(Instant::ZERO), end: NEVER });
    let answer: Answer = |method, _| Some(if method == Method::POST { ACCEPTED } else { DONE });
    let network = Arc::new(Network {
        clock: Arc::clone(&clock),
        answer,
        posts: Mutex::default(),
        looks: Mutex::default(),
    });
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(Arc::<Network>::clone(&network))
        .clock(clock)
        .limits(Limits { submits_per_minute: Some(1), ..Limits::default() })
        .build()
        .unwrap();
    client.submit(zoom()).unwrap();
    let dispatcher = Dispatcher::new(&client);
    for _ in 0..2 {
        dispatcher.submit(zoom(), |_| {}, |submission| drop(submission.unwrap()));
    }
    assert!(dispatcher.drain(PATIENCE).is_empty());
    client.zoom(&zoom()).unwrap();
    assert!(client.zoom_many([zoom()]).all(|end| end.result.is_ok()));
    let posts = network.posts.lock().unwrap();
    assert_eq!(posts.len(), 5);
    // Each is granted a minute after the one before, and noted down somewhat later.
    let minutes = |count| Instant::ZERO + Duration::from_secs(60 * count);
    assert!((0_u64..).zip(posts.iter()).all(|(before, post)| *post >= minutes(before)), "{posts:?}");
}

/// A host of pictures that stalls until the test ends, beside an API that answers at once.
#[derive(Debug)]
struct SlowHost {
    begun: mpsc::Sender<()>,
    gate: Mutex<mpsc::Receiver<()>>,
}

impl Transport for SlowHost {
    fn send(&self, request: Request<Vec<u8>>, _: &Context) -> Result<Response<Vec<u8>>, Failure> {
        let (_, body) = if request.method() == Method::POST { ACCEPTED } else { DONE };
        Ok(Response::new(body.into()))
    }

    fn fetch(&self, _: &Uri, _: u64, _: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        self.begun.send(()).unwrap();
        assert!(self.gate.lock().unwrap().recv().is_err(), "dropped at the end");
        Err(FetchError::Status(404))
    }
}

#[test]
fn slow_downloads_keep_nobody_else_waiting() {
    let (open, gate) = mpsc::channel::<()>();
    let (begun, beginnings) = mpsc::channel();
    let one = NonZeroUsize::MIN;
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(Arc::new(SlowHost { begun, gate: Mutex::new(gate) }))
        .clock(Arc::new(MachineClock::at_pace(1_000.0)))
        .limits(Limits { requests: one, downloads: one, ..Limits::default() })
        .build()
        .unwrap();
    let dispatcher = Dispatcher::new(&client);
    for _ in 0..3 {
        dispatcher.download(Download::one("https://h/0.png", "-"), |_| {}, |saved| drop(saved.unwrap_err()));
    }
    beginnings.recv_timeout(PATIENCE).unwrap();
    // One is out, the others stand in line, and neither a blocking call nor a job is behind them.
    client.zoom(&zoom()).unwrap();
    let (ended, ends) = mpsc::channel();
    dispatcher.spawn(zoom(), |_| {}, move |end| ended.send(end).unwrap());
    ends.recv_timeout(PATIENCE).unwrap().unwrap();
    drop(open);
    assert!(dispatcher.drain(PATIENCE).is_empty());
}
