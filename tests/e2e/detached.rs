//! A cancel over real sockets: a submission that has left is read to its end, all else is cut at once.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use zoomout::{ApiKey, Billed, CancelToken, Client, Error, ErrorKind, TaskId, Zoom};
use zoomout_tests::{Connection, RawServer, answer};

/// Longer than any test lasts.
const PATIENCE: Duration = Duration::from_secs(60);
const ACCEPTED: &str = r#"{"data":[{"status":"submitted","task_id":"task_new"}]}"#;

fn client(url: &str) -> Client {
    Client::builder(ApiKey::new("sk-MARK").unwrap()).base_url(url.parse().unwrap()).build().unwrap()
}

/// What a call comes to that is cancelled as soon as `arrived` tells that its server has something of it.
fn cancelled<T: Send + 'static>(
    client: &Client,
    arrived: &mpsc::Receiver<()>,
    call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
) -> Error {
    let token = CancelToken::new();
    let client = client.cancelled_by(&token);
    let call = std::thread::spawn(move || call(&client).err());
    arrived.recv_timeout(PATIENCE).unwrap();
    token.cancel();
    call.join().unwrap().unwrap()
}

fn zoom(client: &Client) -> Result<zoomout::Task, Error> {
    client.zoom(&Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None))
}

#[test]
fn an_answer_that_comes_after_the_cancel_is_not_lost() {
    let (arrive, arrived) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrive.send(()).unwrap();
            gate.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            connection.write(&answer(200, ACCEPTED));
        }
    });
    let client = client(&server.url());
    let error = cancelled(&client, &arrived, zoom);
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::Maybe));
    open.send(()).unwrap();
    let ends = client.settle(PATIENCE);
    assert_eq!(ends[0].result.as_ref().unwrap().task_id.as_str(), "task_new");
    assert_eq!((ends.len(), server.posts()), (1, 1));
}

/// A server that takes whatever it is sent, and says nothing.
fn silent(arrive: mpsc::Sender<()>) -> RawServer {
    RawServer::start(move |connection: &mut Connection| {
        connection.await_bytes();
        arrive.send(()).unwrap();
        connection.hang();
    })
}

#[test]
fn a_look_is_cut_at_once() {
    let (arrive, arrived) = mpsc::channel();
    let server = silent(arrive);
    let error =
        cancelled(&client(&server.url()), &arrived, |client| client.wait(&TaskId::new("task_new").unwrap()));
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn a_submission_whose_connection_is_not_there_yet_is_never_sent() {
    let (arrive, arrived) = mpsc::channel();
    // It has the first words of TLS.
    let server = silent(arrive);
    let client = client(&server.url().replace("http:", "https:"));
    let error = cancelled(&client, &arrived, zoom);
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, Billed::No), "{error:?}");
    assert_eq!(client.settle(PATIENCE), []);
}
