//! Nothing paid for is lost, over real sockets: what the server billed is what was handed out and what is unfinished.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use fastrand::Rng;
use http::{Request, Response, Uri};
use zoomout::{
    ApiKey, Billed, CancelToken, Claim, Client, ClientBuilder, Context, Dispatcher, Entry, ErrorKind, Event,
    Failure, FetchError, Filter, Intent, Key, Ledger, LedgerError, MachineClock, MemoryLedger, Order, Owner,
    Record, Resolution, Salt, SqliteLedger, State, Task, TaskId, Transport, Which, Zoom,
};
use zoomout_emulator::{Options, Script, Seed, Server};
use zoomout_tests::{RawServer, answer};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(60);
const PACE: f64 = 500.0;

fn server() -> Server {
    Server::start(Options { time_scale: PACE, picture_side: 16, ..Options::default() }).unwrap()
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder(ApiKey::new(server.key()).unwrap())
        .base_url(server.url().parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(PACE)))
}

fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

/// With every ledger there is.
fn everywhere(holds: impl Fn(&Server, &Client)) {
    let folder = tempfile::tempdir().unwrap();
    let ledgers: [Arc<dyn Ledger>; 2] =
        [Arc::new(MemoryLedger::new()), Arc::new(SqliteLedger::at(folder.path().join("ledger.db")))];
    for ledger in ledgers {
        let server = server();
        let client = builder(&server).ledger(ledger).build().unwrap();
        holds(&server, &client);
    }
}

fn zoom() -> Zoom {
    Zoom::by_ratio(TaskId::new(Seed::UPSCALED.task_id).unwrap(), None)
}

fn under(key: &str) -> Order {
    Order::from(zoom()).under(Key::new(key).unwrap())
}

fn billed(server: &Server) -> BTreeSet<String> {
    server.bill().lines.iter().map(|line| line.task_id.clone()).collect()
}

fn id(task: &Task) -> String {
    task.task_id.as_str().to_owned()
}

fn unfinished(client: &Client) -> BTreeSet<String> {
    let tasks = client.unfinished().unwrap().into_iter().filter_map(|entry| entry.task_id);
    tasks.map(|task_id| task_id.as_str().to_owned()).collect()
}

fn union(some: BTreeSet<String>, others: BTreeSet<String>) -> BTreeSet<String> {
    some.into_iter().chain(others).collect()
}

#[test]
fn whoever_leaves_the_loop_early_finds_the_rest() {
    everywhere(|server, client| {
        let mut had = BTreeSet::new();
        for finished in client.zoom_many((0..60).map(|_| zoom())) {
            had.insert(id(&finished.result.unwrap()));
            if had.len() == 7 {
                break;
            }
        }
        client.settle(PATIENCE);
        assert!(server.bill().lines.len() > 7);
        assert_eq!(union(had, unfinished(client)), billed(server));
        let folder = tempfile::tempdir().unwrap();
        for collected in client.collect(folder.path().join("made/for/them")).unwrap() {
            assert_eq!(collected.result.unwrap().len(), 1);
        }
        assert_eq!(client.unfinished().unwrap(), []);
    });
}

#[test]
fn whoever_stops_the_loop_is_handed_the_rest_back() {
    everywhere(|server, client| {
        let mut many = client.zoom_many((0..60).map(|_| zoom()));
        let mut had: BTreeSet<_> =
            many.by_ref().take(3).map(|finished| id(&finished.result.unwrap())).collect();
        for stopped in many.stop(PATIENCE) {
            assert_eq!(stopped.request, zoom().into());
            match stopped.result {
                Ok(task) => had.insert(id(&task)),
                Err(error) => error.task_id().is_some_and(|task_id| had.insert(task_id.as_str().to_owned())),
            };
        }
        let late = client.settle(PATIENCE).into_iter().filter_map(|late| late.result.ok());
        had.extend(late.map(|submission| submission.task_id.as_str().to_owned()));
        assert_eq!(had, billed(server));
    });
}

#[test]
fn a_download_that_fails_in_the_loop_loses_nothing() {
    everywhere(|server, client| {
        let result = client.zoom_many((0..30).map(|_| zoom())).try_for_each(|finished| {
            let task = finished.result?;
            client.download(&task, "/dev/null/pictures/").map(drop)
        });
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Storage);
        client.settle(PATIENCE);
        assert_eq!(unfinished(client), billed(server), "the one that could not be saved, too");
    });
}

#[test]
fn whoever_cancels_at_any_moment_loses_nothing() {
    everywhere(|server, client| {
        let dispatcher = Dispatcher::new(client);
        let mut chance = Rng::with_seed(7);
        let (tell, told) = mpsc::channel();
        let mut handles = Vec::new();
        for _ in 0..300 {
            let tell = tell.clone();
            handles.push(dispatcher.spawn(zoom(), |_| {}, move |result| tell.send(result).unwrap()));
            if chance.bool() {
                handles[chance.usize(..handles.len())].cancel();
            }
        }
        drop(tell);
        let had = told.into_iter().filter_map(Result::ok).map(|task| id(&task)).collect();
        client.settle(PATIENCE);
        dispatcher.drain(PATIENCE);
        assert_eq!(union(had, unfinished(client)), billed(server));
    });
}

#[test]
fn a_panicking_listener_loses_nothing() {
    let server = server();
    let client = client(&server).observed_by(|event| {
        if matches!(event, Event::Submitted(_)) {
            panic!("this is a test");
        }
    });
    assert!(client.zoom(&zoom()).is_err());
    assert_eq!(unfinished(&client), billed(&server));
    let dispatcher = Dispatcher::new(&client);
    dispatcher.spawn(zoom(), |_| {}, |_| panic!("this is a test"));
    dispatcher.drain(PATIENCE);
    assert_eq!(unfinished(&client), billed(&server), "whoever panicked was handed nothing");
}

#[test]
fn what_was_handed_out_leaves_the_memory() {
    let server = server();
    let client = client(&server);
    for finished in client.zoom_many((0..500).map(|_| zoom())) {
        finished.result.unwrap();
    }
    client.zoom(&zoom()).unwrap();
    let submitted = client.submit(zoom()).unwrap();
    let open = client.entries(Which::All).unwrap();
    assert_eq!(open.len(), 1, "{open:#?}");
    assert_eq!((open[0].state, open[0].task_id.as_ref()), (State::Accepted, Some(&submitted.task_id)));
    client.wait(&submitted.task_id).unwrap();
    assert_eq!(client.entries(Which::All).unwrap(), []);
}

#[test]
fn a_key_is_paid_for_once() {
    let server = server();
    let client = client(&server);
    let first = client.run(under("album/17")).unwrap();
    let events = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let listening = client.observed_by(move |event| heard.lock().unwrap().push(event.clone()));
    assert_eq!(listening.run(under("album/17")).unwrap().task_id, first.task_id);
    assert!(
        matches!(&events.lock().unwrap()[0], Event::Resumed(resumed) if resumed.task_id == first.task_id)
    );
    assert_eq!(client.submit(under("album/17")).unwrap().task_id, first.task_id);
    assert_eq!(server.bill().lines.len(), 1);
    let other =
        Order::from(zoom().index(zoomout::Index::new(1).unwrap())).under(Key::new("album/17").unwrap());
    let error = client.run(other).unwrap_err();
    assert_eq!((error.kind(), error.field(), error.billed()), (ErrorKind::Invalid, Some("key"), Billed::No));
    assert_eq!(server.bill().lines.len(), 1);
}

#[test]
fn of_many_with_one_key_at_once_one_pays() {
    everywhere(|server, client| {
        let orders = (0..20).map(|_| under("album/17"));
        let tasks: BTreeSet<_> =
            client.zoom_many(orders).map(|finished| id(&finished.result.unwrap())).collect();
        assert_eq!((tasks.len(), server.bill().lines.len()), (1, 1));
    });
}

#[test]
fn a_failed_task_is_submitted_anew_only_when_asked() {
    everywhere(|server, client| {
        let fails =
            br#"{"faults":[{"on":"zoom","fault":{"kind":"task_fails","reason":"moderation"},"times":1}]}"#;
        server.inject(Script::from_json(fails).unwrap());
        for _ in 0..2 {
            let error = client.run(under("album/17")).unwrap_err();
            assert_eq!((error.kind(), error.billed()), (ErrorKind::TaskFailed, Billed::No));
            assert!(error.to_string().contains("moderation"), "{error}");
        }
        assert_eq!(server.bill().lines.len(), 1);
        client.run(under("album/17").again()).unwrap();
        assert_eq!(server.bill().lines.len(), 2);
    });
}

/// A server that takes the first submission and says nothing, and accepts all later ones.
fn forgetful() -> RawServer {
    let first = AtomicBool::new(true);
    RawServer::start(move |connection| {
        if connection.read_request().is_some() && !first.swap(false, Ordering::SeqCst) {
            connection.write(&answer(200, r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#));
        }
    })
}

#[test]
fn what_nobody_knows_is_never_submitted_again_before_somebody_says_so() {
    let server = forgetful();
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .base_url(server.url().parse().unwrap())
        .build()
        .unwrap();
    for _ in 0..3 {
        let error = client.submit(under("album/17")).unwrap_err();
        assert_eq!((error.kind(), error.billed()), (ErrorKind::Unconfirmed, Billed::Maybe));
    }
    assert_eq!(server.posts(), 1);
    let open = client.unfinished().unwrap();
    assert_eq!((open.len(), open[0].state), (1, State::Unconfirmed));
    assert!(client.resolve("album/18", &Resolution::NotBilled).is_err());
    let resolved = client.resolve("album/17", &Resolution::NotBilled).unwrap();
    assert_eq!(resolved.state, State::Refused);
    assert_eq!(client.submit(under("album/17")).unwrap().task_id.as_str(), "task_new");
    assert_eq!(server.posts(), 2);
    let error = client.resolve("album/17", &Resolution::NotBilled).unwrap_err();
    assert!(error.cause().unwrap().contains("accepted"), "{error:?}");
}

#[test]
fn a_late_answer_is_on_record() {
    let (arrive, arrived) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrive.send(()).unwrap();
            gate.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            connection.write(&answer(200, r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#));
        }
    });
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .base_url(server.url().parse().unwrap())
        .build()
        .unwrap();
    let token = CancelToken::new();
    let cancelled = client.cancelled_by(&token);
    let call = std::thread::spawn(move || cancelled.submit(zoom()).unwrap_err());
    arrived.recv_timeout(PATIENCE).unwrap();
    token.cancel();
    call.join().unwrap();
    assert_eq!(client.unfinished().unwrap()[0].state, State::Unconfirmed);
    open.send(()).unwrap();
    client.settle(PATIENCE);
    let entries = client.unfinished().unwrap();
    assert_eq!((entries.len(), entries[0].state), (1, State::Accepted));
    assert_eq!(entries[0].task_id.as_ref().unwrap().as_str(), "task_new");
}

/// A ledger whose disk is full, before or after a submission.
#[derive(Debug)]
struct Full {
    memory: MemoryLedger,
    /// Whether claims can still be written.
    claims: bool,
    panics: bool,
}

impl Full {
    fn fail<T>(&self) -> Result<T, LedgerError> {
        assert!(!self.panics, "this is a test");
        Err(LedgerError::new("the disk is full"))
    }
}

impl Ledger for Full {
    fn salt(&self) -> Result<Salt, LedgerError> {
        self.memory.salt()
    }

    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError> {
        if self.claims { self.memory.claim(owner, intent) } else { self.fail() }
    }

    fn record(&self, _: &Owner, _: &Record) -> Result<(), LedgerError> {
        self.fail()
    }

    fn handed_out(&self, _: &Owner, _: &TaskId) -> Result<(), LedgerError> {
        Err(LedgerError::new("the disk is full"))
    }

    fn collected(&self, _: &Owner, _: &TaskId, _: &[std::path::PathBuf]) -> Result<(), LedgerError> {
        Err(LedgerError::new("the disk is full"))
    }

    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        self.memory.entries(filter)
    }

    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError> {
        self.memory.resolve(owner, name, resolution)
    }

    fn prune(&self, before: u64) -> Result<u64, LedgerError> {
        self.memory.prune(before)
    }
}

/// A ledger that panics when it hears that something was handed out.
#[derive(Debug)]
struct Forgetting(MemoryLedger);

impl Ledger for Forgetting {
    fn salt(&self) -> Result<Salt, LedgerError> {
        self.0.salt()
    }

    fn claim(&self, owner: &Owner, intent: &Intent) -> Result<Claim, LedgerError> {
        self.0.claim(owner, intent)
    }

    fn record(&self, owner: &Owner, record: &Record) -> Result<(), LedgerError> {
        self.0.record(owner, record)
    }

    fn handed_out(&self, _: &Owner, _: &TaskId) -> Result<(), LedgerError> {
        panic!("this is a test")
    }

    fn collected(&self, _: &Owner, _: &TaskId, _: &[std::path::PathBuf]) -> Result<(), LedgerError> {
        panic!("this is a test")
    }

    fn entries(&self, filter: &Filter) -> Result<Vec<Entry>, LedgerError> {
        self.0.entries(filter)
    }

    fn resolve(&self, owner: &Owner, name: &str, resolution: &Resolution) -> Result<Entry, LedgerError> {
        self.0.resolve(owner, name, resolution)
    }

    fn prune(&self, before: u64) -> Result<u64, LedgerError> {
        self.0.prune(before)
    }
}

/// A way to the network so slow that a claim runs out before anything has left.
#[derive(Debug)]
struct Slow;

impl Transport for Slow {
    fn send(&self, _: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        context.hold();
        while context.by.is_some_and(|by| Instant::now() <= by) {
            std::thread::yield_now();
        }
        assert!(!context.leave(), "it leaves although its claim has run out");
        Err(Failure::not_sent("too late"))
    }

    fn fetch(&self, _: &Uri, _: u64, _: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        unreachable!("there is no picture")
    }
}

#[test]
fn nothing_leaves_after_its_claim_has_run_out_however_fast_time_runs() {
    let folder = tempfile::tempdir().unwrap();
    let lease = Duration::from_millis(20);
    let ledger = SqliteLedger::at(folder.path().join("ledger.db")).lease(lease);
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .base_url("http://127.0.0.1:1".parse().unwrap())
        .clock(Arc::new(MachineClock::at_pace(PACE)))
        .transport(Arc::new(Slow))
        .ledger(Arc::new(ledger))
        .build()
        .unwrap();
    let error = client.submit(zoom()).unwrap_err();
    assert_eq!(error.billed(), Billed::No, "{error:?}");
    assert_eq!(client.unfinished().unwrap(), []);
}

#[test]
fn what_cannot_be_recorded_is_not_sent() {
    let server = server();
    for panics in [false, true] {
        let ledger = Full { memory: MemoryLedger::new(), claims: false, panics };
        let client = builder(&server).ledger(Arc::new(ledger)).build().unwrap();
        let error = client.zoom(&zoom()).unwrap_err();
        assert_eq!(error.billed(), Billed::No, "{error:?}");
        assert!(panics || error.kind() == ErrorKind::Storage, "{error:?}");
    }
    assert_eq!(server.bill().lines.len(), 0);
}

#[test]
fn a_result_is_handed_out_although_nothing_can_be_written_any_more() {
    let server = server();
    let ledger = Full { memory: MemoryLedger::new(), claims: true, panics: false };
    let (tell, told) = mpsc::channel();
    let client = builder(&server).ledger(Arc::new(ledger)).build().unwrap().observed_by(move |event| {
        if let Event::Unrecorded(unrecorded) = event {
            tell.send(unrecorded.clone()).unwrap();
        }
    });
    let task = client.zoom(&zoom()).unwrap();
    let unrecorded = told.try_recv().unwrap();
    assert_eq!((unrecorded.task_id, unrecorded.problem.as_str()), (Some(task.task_id), "the disk is full"));
    // It holds the intent, so that nobody takes it for free.
    assert_eq!(client.unfinished().unwrap()[0].state, State::Intended);
}

#[test]
fn a_panicking_ledger_ends_its_job_with_the_truth() {
    let server = server();
    let ledger = Full { memory: MemoryLedger::new(), claims: true, panics: true };
    let client = builder(&server).ledger(Arc::new(ledger)).build().unwrap();
    let error = catch_unwind(AssertUnwindSafe(|| client.zoom(&zoom()))).unwrap().unwrap_err();
    let billed = server.bill().lines[0].task_id.clone();
    assert_eq!((error.billed(), error.task_id().unwrap().as_str()), (Billed::Yes, billed.as_str()));
    assert_eq!(client.zoom(&zoom()).unwrap_err().billed(), Billed::No);
    assert_eq!(server.bill().lines.len(), 1, "nothing is bought while what was bought is not on record");
    let folder = tempfile::tempdir().unwrap();
    let late = builder(&server).ledger(Arc::new(Forgetting(MemoryLedger::new()))).build().unwrap();
    let task = late.zoom(&zoom()).unwrap();
    assert_eq!(
        late.download(&task, folder.path().join("")).unwrap().len(),
        1,
        "what is paid for is handed out"
    );
}

#[test]
fn the_key_of_the_account_gets_into_no_ledger() {
    let server = RawServer::start(|connection| {
        if connection.read_request().is_some() {
            connection.write(&answer(200, r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#));
        }
    });
    let client = Client::builder(ApiKey::new("sk-MARK-17").unwrap())
        .base_url(server.url().parse().unwrap())
        .build()
        .unwrap();
    let notes = zoomout::Metadata::from_json(r#"{"note":"sk-MARK-17"}"#).unwrap();
    client.submit(zoom().metadata(notes)).unwrap();
    let entries = client.entries(Which::All).unwrap();
    assert!(!format!("{entries:?}").contains("MARK"), "{entries:?}");
    assert!(entries[0].action().is_some(), "and yet it can be read");
}
