//! A submission that may have left outlives whoever waited for it; one that has not left never does.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use http::{Request, Response, Uri};
use zoomout::{
    ApiKey, Billed, CancelToken, Client, ClientBuilder, Context, Detached, Dispatcher, Error, ErrorKind,
    Failure, FetchError, Limits, Policy, Resubmit, TaskId, Transport, Zoom,
};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(60);
const ACCEPTED: &str = r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#;

/// A network on which each call is held up until the test lets it go on.
#[derive(Debug)]
struct Slow {
    /// Whether it asks before anything leaves, and only once it was let go on.
    asks: bool,
    begun: mpsc::Sender<()>,
    go_on: Mutex<mpsc::Receiver<(u16, &'static str)>>,
    /// How many of its calls left.
    left: AtomicUsize,
    out: AtomicUsize,
    /// Whether two were out at once.
    crowded: AtomicUsize,
}

impl Transport for Slow {
    fn send(&self, _: Request<Vec<u8>>, context: &Context) -> Result<Response<Vec<u8>>, Failure> {
        if self.asks {
            context.hold();
        }
        self.crowded.fetch_max(self.out.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.begun.send(()).unwrap();
        let (status, body) = self.go_on.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        self.out.fetch_sub(1, Ordering::SeqCst);
        if self.asks && !context.leave() {
            return Err(Failure::not_sent("cancelled"));
        }
        self.left.fetch_add(1, Ordering::SeqCst);
        assert!(!context.cancel.is_cancelled(), "what may have left is not cut");
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }

    fn fetch(&self, _: &Uri, _: u64, _: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        Err(FetchError::Status(404))
    }
}

struct Test {
    network: Arc<Slow>,
    begun: mpsc::Receiver<()>,
    go_on: mpsc::Sender<(u16, &'static str)>,
}

fn start(asks: bool) -> (ClientBuilder, Test) {
    let (begun, beginnings) = mpsc::channel();
    let (go_on, signals) = mpsc::channel();
    let zero = AtomicUsize::default;
    let (left, out, crowded) = (zero(), zero(), zero());
    let network = Arc::new(Slow { asks, begun, go_on: Mutex::new(signals), left, out, crowded });
    let builder = Client::builder(ApiKey::new("sk-MARK").unwrap()).transport(Arc::<Slow>::clone(&network));
    (builder, Test { network, begun: beginnings, go_on })
}

fn zoom() -> Zoom {
    Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None)
}

/// A zoom that is cancelled as soon as its call has begun.
fn stopped(client: &Client, test: &Test) -> Error {
    let token = CancelToken::new();
    let stopped = client.cancelled_by(&token);
    let call = thread::spawn(move || stopped.zoom(&zoom()));
    test.begun.recv_timeout(PATIENCE).unwrap();
    token.cancel();
    call.join().unwrap().unwrap_err()
}

fn task_id(detached: &Detached) -> &str {
    detached.result.as_ref().unwrap().task_id.as_str()
}

#[test]
fn a_blocking_caller_leaves_at_once_and_the_answer_is_read_all_the_same() {
    let (builder, test) = start(false);
    let (told, heard) = mpsc::channel();
    let client = builder.on_detached(move |detached| told.send(detached.clone()).unwrap()).build().unwrap();
    let error = stopped(&client, &test);
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Maybe));
    assert_eq!(client.settle(Duration::ZERO), [], "nobody knows yet");

    test.go_on.send((200, ACCEPTED)).unwrap();
    let ends = client.settle(PATIENCE);
    assert_eq!(ends.iter().map(task_id).collect::<Vec<_>>(), ["task_new"]);
    assert_eq!(ends[0].action, zoom().into());
    assert!(ends[0].ticket.as_str().starts_with("zoomout-"));
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), ends);
    assert_eq!(client.settle(PATIENCE), [], "each is handed out once");
}

#[test]
fn what_became_of_it_is_told_as_the_core_reads_it() {
    for (answer, kind, billed) in [
        ((402, r#"{"error":{"message":"no","type":"payment_required"}}"#), ErrorKind::Refused, Billed::No),
        ((429, r#"{"error":{"message":"slow","type":"rate_limit_error"}}"#), ErrorKind::Refused, Billed::No),
        ((502, "<html>"), ErrorKind::Unconfirmed, Billed::Maybe),
    ] {
        let (builder, test) = start(false);
        let client = builder.build().unwrap();
        stopped(&client, &test);
        test.go_on.send(answer).unwrap();
        let ends = client.settle(PATIENCE);
        let error = ends[0].result.as_ref().unwrap_err();
        assert_eq!((error.kind(), error.billed()), (kind, billed), "{answer:?}");
        assert_eq!(test.network.left.load(Ordering::SeqCst), 1, "and it is not sent again");
    }
}

#[test]
fn what_has_not_left_is_held_back_and_nothing_is_billed() {
    let (builder, test) = start(true);
    let client = builder.build().unwrap();
    let error = stopped(&client, &test);
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::No));
    test.go_on.send((200, ACCEPTED)).unwrap();
    assert_eq!(client.settle(PATIENCE), []);
    assert_eq!(test.network.left.load(Ordering::SeqCst), 0);
}

#[test]
fn a_dropped_dispatcher_tells_at_once_and_a_dropped_client_reads_on() {
    let (builder, test) = start(false);
    let (told, heard) = mpsc::channel();
    let client = builder.on_detached(move |detached| told.send(detached.clone()).unwrap()).build().unwrap();
    let dispatcher = Dispatcher::new(&client);
    let (ended, ends) = mpsc::channel();
    dispatcher.spawn(zoom(), |_| {}, move |end| ended.send(end).unwrap());
    test.begun.recv_timeout(PATIENCE).unwrap();
    drop((dispatcher, client));
    let error = ends.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Maybe));

    test.go_on.send((200, ACCEPTED)).unwrap();
    assert_eq!(task_id(&heard.recv_timeout(PATIENCE).unwrap()), "task_new");
}

#[test]
fn what_is_left_behind_keeps_its_place() {
    let (builder, test) = start(false);
    let client =
        builder.limits(Limits { submissions: NonZeroUsize::MIN, ..Limits::default() }).build().unwrap();
    stopped(&client, &test);
    let dispatcher = Dispatcher::new(&client);
    dispatcher.submit(zoom(), |_| {}, |submission| drop(submission.unwrap()));
    for _ in 0..2 {
        test.go_on.send((200, ACCEPTED)).unwrap();
    }
    assert!(dispatcher.drain(PATIENCE).is_empty());
    assert_eq!(client.settle(PATIENCE).len(), 1);
    assert_eq!(test.network.crowded.load(Ordering::SeqCst), 1, "one at a time");
}

#[test]
fn a_listener_that_panics_loses_nothing() {
    let (builder, test) = start(false);
    // Without the hook, which would talk about it.
    let client = builder.on_detached(|_| std::panic::resume_unwind(Box::new("on purpose"))).build().unwrap();
    stopped(&client, &test);
    test.go_on.send((200, ACCEPTED)).unwrap();
    assert_eq!(client.settle(PATIENCE).iter().map(task_id).collect::<Vec<_>>(), ["task_new"]);
}

#[test]
fn a_refusal_after_an_attempt_that_may_have_run_denies_no_charge() {
    let (builder, test) = start(false);
    let client = builder.policy(Policy::default().resubmit(Resubmit::Eager)).build().unwrap();
    let token = CancelToken::new();
    let stopped = client.cancelled_by(&token);
    let caller = thread::spawn(move || stopped.zoom(&zoom()).unwrap_err());
    test.begun.recv_timeout(PATIENCE).unwrap();
    test.go_on.send((500, r#"{"error":{"type":"server_error","message":"oops"}}"#)).unwrap();
    test.begun.recv_timeout(PATIENCE).unwrap();
    token.cancel();
    assert_eq!(caller.join().unwrap().billed(), Billed::Maybe);
    test.go_on.send((400, r#"{"error":{"type":"invalid_request_error","message":"no"}}"#)).unwrap();
    let ends = client.settle(PATIENCE);
    let error = ends[0].result.clone().unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Unconfirmed, Billed::Maybe), "{error:?}");
}

#[test]
fn a_listener_that_settles_waits_for_nobody() {
    let (builder, test) = start(false);
    let own: Arc<OnceLock<Client>> = Arc::default();
    let inside = Arc::clone(&own);
    let listener = move |_: &Detached| {
        assert_eq!(inside.get().unwrap().settle(Duration::MAX), [], "it is not over before it was told");
    };
    let client = own.get_or_init(|| builder.on_detached(listener).build().unwrap());
    stopped(client, &test);
    test.go_on.send((200, ACCEPTED)).unwrap();
    assert_eq!(client.settle(PATIENCE).len(), 1);
}

#[test]
fn what_waits_to_leave_does_not_once_its_time_is_up() {
    let context = Context::new(&CancelToken::new(), Duration::ZERO);
    context.hold();
    assert!(!context.leave() && !context.leave());
    let context = Context::new(&CancelToken::new(), PATIENCE);
    context.hold();
    assert!(context.leave());
}
