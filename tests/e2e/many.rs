//! Many zooms at once, with real threads and sockets.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and talk"
)]

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use zoomout::{
    ApiKey, Billed, CancelToken, Client, ClientBuilder, Context, Dispatcher, Download, ErrorKind, Event,
    Failure, FetchError, Limits, MachineClock, Metadata, TaskId, Transport, Zoom,
};
use zoomout_emulator::{Options, Script, Seed, Server};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(120);

fn start(pace: f64) -> (Server, Client) {
    start_with(pace, Limits::default())
}

fn start_with(pace: f64, limits: Limits) -> (Server, Client) {
    let server = server(pace);
    let client = builder(&server, pace).limits(limits).build().unwrap();
    (server, client)
}

fn server(pace: f64) -> Server {
    Server::start(Options { time_scale: pace, picture_side: 16, ..Options::default() }).unwrap()
}

fn builder(server: &Server, pace: f64) -> ClientBuilder {
    Client::builder(ApiKey::new(server.key()).unwrap())
        .base_url(server.url().parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(pace)))
}

/// A zoom that can be told apart on the bill.
fn zoom(number: usize) -> Zoom {
    let metadata = Metadata::from_json(&format!(r#"{{"number":{number}}}"#)).unwrap();
    Zoom::by_ratio(TaskId::new(Seed::UPSCALED.task_id).unwrap(), None).metadata(metadata)
}

fn billed(server: &Server) -> Vec<usize> {
    let number = |value: &serde_json::Value| usize::try_from(value["number"].as_u64().unwrap()).unwrap();
    server.bill().lines.iter().map(|line| number(line.metadata.as_ref().unwrap())).collect()
}

#[test]
fn each_of_many_is_paid_once_and_has_its_own_result() {
    let (server, client) = start(300.0);
    let threads = AtomicUsize::new(0);
    let mut tasks = HashMap::new();
    for finished in client.zoom_many((0..500).map(zoom)) {
        tasks.insert(finished.index, finished.result.unwrap().task_id);
        threads.fetch_add(1, Ordering::SeqCst);
    }
    assert_eq!(tasks.len(), 500);
    let mut numbers = billed(&server);
    numbers.sort_unstable();
    assert_eq!(numbers, (0..500).collect::<Vec<_>>());
    for line in &server.bill().lines {
        let number = usize::try_from(line.metadata.as_ref().unwrap()["number"].as_u64().unwrap()).unwrap();
        assert_eq!(tasks[&number].as_str(), line.task_id, "the result of {number} is its own");
    }
}

#[test]
fn an_endless_input_is_read_no_further_than_the_window_and_order_is_kept_on_request() {
    let (server, client) = start(300.0);
    let window = NonZeroUsize::new(8).unwrap();
    let indices: Vec<usize> = client
        .zoom_many((0..).map(zoom))
        .window(window)
        .in_order()
        .take(40)
        .map(|finished| finished.index)
        .collect();
    assert_eq!(indices, (0..40).collect::<Vec<_>>());
    let bought = billed(&server).len();
    assert!((40..=48).contains(&bought), "{bought}");
}

#[test]
fn events_of_a_job_come_in_order_and_threads_stay_within_the_bound() {
    let limits =
        Limits { requests: NonZeroUsize::new(4).unwrap(), downloads: NonZeroUsize::MIN, ..Limits::default() };
    let (_server, client) = start_with(300.0, limits);
    let dispatcher = Dispatcher::new(&client);
    let heard = Arc::new(Mutex::new(HashMap::<usize, Vec<Event>>::new()));
    for number in 0..50 {
        let heard = Arc::clone(&heard);
        let on_event =
            move |event: &Event| heard.lock().unwrap().entry(number).or_default().push(event.clone());
        dispatcher.spawn(zoom(number), on_event, |result| drop(result.unwrap()));
    }
    assert!(dispatcher.threads() <= 7, "{}", dispatcher.threads());
    assert_eq!(dispatcher.drain(PATIENCE), []);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 50);
    for events in heard.values() {
        assert!(matches!(events[0], Event::Submitted(_)), "{events:?}");
        let percents: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Progress(progress) => progress.percent,
                _ => None,
            })
            .collect();
        assert!(percents.is_sorted(), "{percents:?}");
    }
}

#[test]
fn cancelling_a_thousand_returns_at_once_and_names_every_task() {
    // In real time no task is done before the end.
    let limits = Limits { submissions: NonZeroUsize::new(32).unwrap(), ..Limits::default() };
    let (server, client) = start_with(1.0, limits);
    let dispatcher = Dispatcher::new(&client);
    let (submitted, submissions) = mpsc::channel();
    let (ended, ends) = mpsc::channel();
    for number in 0..1_000 {
        let (submitted, ended) = (submitted.clone(), ended.clone());
        let on_event = move |event: &Event| {
            if matches!(event, Event::Submitted(_)) {
                submitted.send(()).unwrap();
            }
        };
        dispatcher.spawn(zoom(number), on_event, move |result| ended.send(result).unwrap());
    }
    (0..1_000).for_each(|_| submissions.recv().unwrap());
    let started = Instant::now();
    let unfinished = dispatcher.cancel_all();
    println!("cancel_all of {} took {:.1?}", unfinished.len(), started.elapsed());
    let listed: BTreeSet<String> =
        unfinished.iter().map(|one| one.task_id.as_ref().unwrap().to_string()).collect();
    let bought: BTreeSet<String> = server.bill().lines.into_iter().map(|line| line.task_id).collect();
    assert_eq!((listed.len(), &listed), (1_000, &bought));
    for _ in 0..1_000 {
        let error = ends.recv().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Yes));
        assert!(listed.contains(error.task_id().unwrap().as_str()));
    }
    assert_eq!(dispatcher.drain(PATIENCE), []);
}

#[test]
fn a_callback_that_panics_ends_its_own_job_and_nothing_else() {
    let (_server, client) = start(300.0);
    let dispatcher = Dispatcher::new(&client);
    let (ended, ends) = mpsc::channel();
    for number in 0..20 {
        let ended = mpsc::Sender::clone(&ended);
        let on_event = move |_: &Event| assert!(number != 7, "this observer is clumsy");
        dispatcher.spawn(zoom(number), on_event, move |result| {
            ended.send((number, result)).unwrap();
            assert!(number != 8, "so is this one");
        });
    }
    assert_eq!(dispatcher.drain(PATIENCE), []);
    for (number, result) in ends.try_iter() {
        assert_eq!(result.is_err(), number == 7, "{number}: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.billed(), Billed::Yes);
            assert!(error.task_id().is_some() && error.to_string().contains("panicked"), "{error}");
        }
    }
}

#[test]
fn callbacks_may_spawn_and_cancel() {
    let (server, client) = start(300.0);
    let dispatcher = Arc::new(Dispatcher::new(&client));
    let (ended, ends) = mpsc::channel();
    let weak = Arc::downgrade(&dispatcher);
    dispatcher.spawn(
        zoom(0),
        |_| {},
        move |first| {
            let dispatcher = weak.upgrade().unwrap();
            let second =
                dispatcher.spawn(first.unwrap().task_id, |_| {}, move |second| ended.send(second).unwrap());
            dispatcher.spawn(zoom(1), move |_| second.cancel(), |_| {});
        },
    );
    // The second may have ended before it was cancelled: both are right.
    drop(ends.recv().unwrap());
    assert_eq!(dispatcher.drain(PATIENCE), []);
    assert_eq!(billed(&server), [0, 1]);
}

#[test]
fn what_is_still_running_is_listed_and_dropping_never_hangs() {
    let (server, client) = start(1.0);
    server.inject(
        Script::from_json(br#"{"faults":[{"on":"zoom","skip":5,"fault":{"kind":"hang"}}]}"#).unwrap(),
    );
    let dispatcher = Dispatcher::new(&client);
    let (ended, ends) = mpsc::channel();
    let (submitted, submissions) = mpsc::channel();
    for number in 0..15 {
        let (submitted, ended) = (submitted.clone(), ended.clone());
        dispatcher.spawn(
            zoom(number),
            move |_| submitted.send(()).unwrap_or_default(),
            move |result| ended.send(result).unwrap(),
        );
    }
    (0..5).for_each(|_| submissions.recv().unwrap());
    let unfinished = dispatcher.drain(Duration::from_millis(1));
    assert_eq!(unfinished.len(), 15);
    assert_eq!(unfinished.iter().filter(|one| one.task_id.is_some()).count(), 5);
    drop(dispatcher);
    let told: Vec<Billed> = (0..15).map(|_| ends.recv().unwrap().unwrap_err().billed()).collect();
    let count = |billed| told.iter().filter(|told| **told == billed).count();
    assert_eq!(count(Billed::Yes), 5, "{told:?}");
    assert_eq!(count(Billed::Maybe) + count(Billed::No), 10, "{told:?}");
    assert!(server.bill().lines.len() <= 5 + count(Billed::Maybe));
}

#[test]
fn a_cancelled_client_stops_its_many_zooms() {
    let (server, client) = start(1.0);
    let token = CancelToken::new();
    let stopper = token.clone();
    let mut many =
        client.cancelled_by(&token).zoom_many((0..).map(zoom)).window(NonZeroUsize::new(20).unwrap());
    let submitted = AtomicUsize::new(0);
    many = many.observed_by(move |_, event| {
        if matches!(event, Event::Submitted(_)) && submitted.fetch_add(1, Ordering::SeqCst) == 9 {
            stopper.cancel();
        }
    });
    let errors: Vec<_> = many.map(|finished| finished.result.unwrap_err()).collect();
    // The window may not have been full yet.
    assert!((10..=20).contains(&errors.len()), "{} read", errors.len());
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Cancelled), "{errors:?}");
    let known = errors.iter().filter(|error| error.task_id().is_some()).count();
    let doubtful = errors.iter().filter(|error| error.billed() == Billed::Maybe).count();
    let bought = server.bill().lines.len();
    assert!(
        (known..=known + doubtful).contains(&bought),
        "{known} known, {doubtful} doubtful, {bought} bought"
    );
}

#[test]
fn single_calls_share_the_threads_and_keep_to_the_limits() {
    let limits =
        Limits { requests: NonZeroUsize::new(4).unwrap(), downloads: NonZeroUsize::MIN, ..Limits::default() };
    let (server, client) = start_with(300.0, limits);
    let dispatcher = Dispatcher::new(&client);
    let (sender, receiver) = mpsc::channel();
    for number in 0..40 {
        let sender = sender.clone();
        dispatcher.submit(
            zoom(number),
            |_| {},
            move |submission| sender.send(submission.unwrap().task_id).unwrap(),
        );
    }
    assert!(dispatcher.drain(PATIENCE).is_empty());
    assert!(dispatcher.threads() <= 7);
    let mut numbers = billed(&server);
    numbers.sort_unstable();
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());

    let folder = tempfile::tempdir().unwrap();
    let (task_id, path) = (receiver.recv().unwrap(), folder.path().join("wide.png"));
    let (told, heard) = mpsc::channel();
    dispatcher.spawn(task_id, |_| {}, move |task| told.send(task.unwrap()).unwrap());
    let task = heard.recv_timeout(PATIENCE).unwrap();
    let (told, heard) = mpsc::channel();
    let links: Vec<&str> = task.images.iter().map(|image| image.url.as_str()).collect();
    let download = Download::all(&task.task_id, &links, &path);
    dispatcher.download(download, |_| {}, move |saved| told.send(saved.unwrap()).unwrap());
    assert_eq!(heard.recv_timeout(PATIENCE).unwrap(), [path]);
}

/// A way to the network that is held up until somebody opens it, and then panics once.
#[derive(Debug)]
struct Rotten {
    inner: Arc<dyn Transport>,
    gate: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Transport for Rotten {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        context: &Context,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.recv().unwrap();
            panic!("on purpose");
        }
        self.inner.send(request, context)
    }

    fn fetch(
        &self,
        uri: &http::Uri,
        limit: u64,
        sink: &mut dyn std::io::Write,
        context: &Context,
    ) -> Result<(), FetchError> {
        self.inner.fetch(uri, limit, sink, context)
    }
}

#[test]
fn a_single_call_that_is_cancelled_in_the_queue_sends_nothing_and_a_panic_is_told() {
    let limits = Limits { requests: NonZeroUsize::new(1).unwrap(), ..Limits::default() };
    let (open, gate) = mpsc::channel::<()>();
    let server = server(300.0);
    let client = builder(&server, 300.0)
        .limits(limits)
        .layer(|inner| Arc::new(Rotten { inner, gate: Mutex::new(Some(gate)) }))
        .build()
        .unwrap();
    let dispatcher = Dispatcher::new(&client);
    let (told, heard) = mpsc::channel();
    let tell = told.clone();
    dispatcher.submit(zoom(0), |_| {}, move |result| tell.send(("panic", result.unwrap_err())).unwrap());
    let queued =
        dispatcher.submit(zoom(1), |_| {}, move |result| told.send(("queued", result.unwrap_err())).unwrap());
    queued.cancel();
    open.send(()).unwrap();
    let ends: HashMap<_, _> = (0..2).map(|_| heard.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!((ends["queued"].kind(), ends["queued"].billed()), (ErrorKind::Cancelled, Billed::No));
    assert_eq!((ends["panic"].kind(), ends["panic"].billed()), (ErrorKind::Cancelled, Billed::Maybe));
    assert!(server.bill().lines.is_empty());
}
