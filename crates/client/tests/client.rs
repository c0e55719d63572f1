//! The client over a scripted network and a clock that jumps: no socket, no waiting.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::VecDeque;
use std::fs;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, Uri};
use tempfile::TempDir;
use zoomout::testing::JumpingClock;
use zoomout::{
    ApiKey, Billed, CancelToken, Client, Context, Error, ErrorKind, Event, Failure, FetchError, Index,
    TaskId, Transport, Upscale, Zoom,
};

/// The first and the last bytes of a PNG, which is all that tells one here.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xAE\x42\x60\x82";
const ACCEPTED: &str = r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#;
const RUNNING: &str = r#"{"code":200,"data":{"id":"task_new","status":"processing","progress":40}}"#;

fn done(links: &str) -> String {
    format!(
        r#"{{"code":200,"data":{{"id":"task_new","status":"completed","result":{{"images":[{{"url":{links}}}]}}}}}}"#
    )
}

type Fetched = Result<Vec<u8>, FetchError>;

/// Answers in order, and remembers what was asked.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Result<(u16, String), Failure>>>,
    pictures: Mutex<VecDeque<Fetched>>,
    asked: Mutex<Vec<String>>,
    cancel_when_asked: Mutex<Option<CancelToken>>,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = Result<(u16, String), Failure>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Vec<u8>>, _: &Context) -> Result<Response<Vec<u8>>, Failure> {
        self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        if let Some(token) = self.cancel_when_asked.lock().unwrap().take() {
            token.cancel();
        }
        let (status, body) = self.answers.lock().unwrap().pop_front().unwrap()?;
        Ok(Response::builder().status(status).body(body.into_bytes()).unwrap())
    }

    fn fetch(&self, uri: &Uri, _limit: u64, sink: &mut dyn Write, _: &Context) -> Result<(), FetchError> {
        self.asked.lock().unwrap().push(format!("fetch {uri}"));
        // A host that has said everything is gone.
        let gone = || Err(FetchError::Network("gone".into()));
        let (start, end) = match self.pictures.lock().unwrap().pop_front().unwrap_or_else(gone) {
            Ok(bytes) => (bytes, Ok(())),
            Err(error) => (PNG.to_vec(), Err(error)),
        };
        sink.write_all(&start).map_err(FetchError::Sink)?;
        end
    }
}

fn client(script: &Arc<Script>) -> Client {
    Client::builder(ApiKey::new("sk-MARK").unwrap())
        .transport(Arc::<Script>::clone(script))
        .clock(Arc::new(JumpingClock::new()))
        .build()
        .unwrap()
}

fn zoom() -> Zoom {
    Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None)
}

#[expect(clippy::unnecessary_wraps, reason = "an answer in a script may also be a failure")]
fn ok(body: impl Into<String>) -> Result<(u16, String), Failure> {
    Ok((200, body.into()))
}

const POST: &str = "POST /v1/midjourney/generations/zoom";
const LOOK: &str = "GET /v1/tasks/task_new";

#[test]
fn a_zoom_from_submission_to_file() {
    let script = Script::new([
        ok(ACCEPTED),
        ok(RUNNING),
        Err(Failure::unknown("reset")),
        ok(done(r#"["https://h/0"]"#)),
    ]);
    script.pictures.lock().unwrap().push_back(Ok(PNG.to_vec()));
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let client = client(&script).observed_by(move |event| heard.lock().unwrap().push(event.clone()));

    let task = client.zoom(&zoom()).unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("wide.png");
    assert_eq!(client.download(&task, &file).unwrap(), std::slice::from_ref(&file));

    assert_eq!(fs::read(file).unwrap(), PNG);
    assert_eq!(script.asked(), [POST, LOOK, LOOK, LOOK, "fetch https://h/0"]);
    let kinds: Vec<_> = events
        .lock()
        .unwrap()
        .iter()
        .map(|event| match event {
            Event::Submitted(submission) => submission.task_id.to_string(),
            Event::Progress(progress) => progress.status.to_string(),
            Event::Retrying(retry) => retry.reason.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["task_new", "processing", "reset", "completed"]);
}

#[test]
fn submitting_returns_as_soon_as_it_is_accepted() {
    let script = Script::new([Err(Failure::not_sent("refused")), ok(ACCEPTED)]);
    let submission = client(&script).submit(zoom()).unwrap();
    assert_eq!(submission.task_id.as_str(), "task_new");
    assert_eq!(script.asked(), [POST, POST]);
}

#[test]
fn a_lost_answer_is_never_asked_for_again() {
    let script = Script::new([Err(Failure::unknown("the connection was reset"))]);
    let error = client(&script).zoom(&zoom()).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Unconfirmed, Billed::Maybe));
    assert_eq!(script.asked(), [POST]);
}

#[test]
fn an_upscale_has_a_route_of_its_own() {
    let script = Script::new([ok(ACCEPTED), ok(done(r#""https://h/0""#))]);
    let tile = Upscale::by_index(TaskId::new("task_grid").unwrap(), Index::new(1).unwrap());
    assert_eq!(client(&script).upscale(&tile).unwrap().images.len(), 1);
    assert_eq!(script.asked()[0], "POST /v1/midjourney/generations/upscale");
}

#[test]
fn a_cancelled_call_still_tells_the_task_id() {
    let script = Script::new([ok(ACCEPTED)]);
    let token = CancelToken::new();
    *script.cancel_when_asked.lock().unwrap() = Some(token.clone());
    let client = client(&script).cancelled_by(&token);
    let error = client.zoom(&zoom()).unwrap_err();
    // Whoever asks afterwards hears of it, if its caller had left by then.
    let late = client.settle(Duration::from_secs(60)).pop().map(|late| late.result.unwrap().task_id);
    let billed = if late.is_some() { Billed::Maybe } else { Billed::Yes };
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Cancelled, billed));
    assert_eq!(error.task_id().or(late.as_ref()).unwrap().as_str(), "task_new");
    assert_eq!(script.asked(), [POST], "and does not look once more");
}

#[test]
fn a_key_that_the_server_echoes_is_not_repeated() {
    let echo = r#"{"error":{"message":"invalid API key sk-MARK","type":"apimart_error"}}"#;
    let script = Script::new([Ok((401, echo.to_owned()))]);
    let error = client(&script).zoom(&zoom()).unwrap_err();
    assert_eq!(error.api().unwrap().message, "invalid API key *******");
    let shown = format!("{error} {error:?} {:?}", client(&script));
    assert!(!shown.contains("MARK"), "{shown}");
}

#[test]
fn a_single_look_says_what_it_met() {
    let task_id = TaskId::new("task_new").unwrap();
    let script =
        Script::new([Err(Failure::unknown("reset")), ok("<html>"), Ok((404, String::new())), ok(RUNNING)]);
    let client = client(&script);
    let kind = || client.task(&task_id).map_err(|error| (error.kind(), error.task_id() == Some(&task_id)));
    assert_eq!(kind().unwrap_err(), (ErrorKind::Transport, true));
    assert_eq!(kind().unwrap_err(), (ErrorKind::Protocol, true));
    assert_eq!(kind().unwrap_err(), (ErrorKind::Refused, true));
    assert_eq!(kind().unwrap().progress, Some(40));
}

/// Downloads the pictures of a finished task with these links, in a folder of its own.
fn download(links: &str, pictures: Vec<Fetched>, name: &str) -> (Result<Vec<String>, Error>, Vec<String>) {
    let script = Script::new([ok(done(links))]);
    *script.pictures.lock().unwrap() = pictures.into();
    let folder = TempDir::new().unwrap();
    let client = client(&script);
    let task = client.wait(&TaskId::new("task_new").unwrap()).unwrap();
    let saved = client.download(&task, format!("{}/{name}", folder.path().display()));
    let names = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| names(&entry.unwrap().path())).collect();
    left.sort();
    (saved.map(|paths| paths.iter().map(names).collect()), left)
}

#[test]
fn several_pictures_are_numbered() {
    let two = || vec![Ok(PNG.to_vec()), Ok(PNG.to_vec())];
    let (saved, left) = download(r#"["https://h/0","https://h/1"]"#, two(), "wide.png");
    assert_eq!(saved.unwrap(), ["wide-1.png", "wide-2.png"]);
    assert_eq!(left, ["wide-1.png", "wide-2.png"]);
    let (saved, _) = download(r#"["https://h/0","https://h/1"]"#, two(), "");
    assert_eq!(saved.unwrap(), ["task_new-1.png", "task_new-2.png"]);
}

#[test]
fn in_a_folder_the_picture_itself_decides_the_ending() {
    let jpeg = b"\xff\xd8\xff\xe0\x00\x06JFIF\xff\xd9".to_vec();
    let (saved, _) = download(r#""https://h/0.png""#, vec![Ok(jpeg)], "");
    assert_eq!(saved.unwrap(), ["task_new.jpg"]);
}

#[test]
fn nothing_of_a_link_becomes_part_of_a_path() {
    for link in ["https://h/../../x.png", "https://h/%2e%2e%2f%2e%2e%2fx.png", "https://h/a?name=../../x.png"]
    {
        let (saved, left) = download(&format!("{link:?}"), vec![Ok(PNG.to_vec())], "");
        assert_eq!(
            (saved.unwrap(), left),
            (vec!["task_new.png".to_owned()], vec!["task_new.png".to_owned()])
        );
    }
}

#[test]
fn no_half_picture_is_left_behind() {
    for error in [
        FetchError::Network("cut short".into()),
        FetchError::TooLarge(1),
        FetchError::Status(403),
        FetchError::NotAllowed("file:".into()),
        FetchError::Cancelled,
        FetchError::Sink(std::io::Error::other("disk full")),
    ] {
        let shown = format!("{error:?}");
        let (saved, left) = download(r#""https://h/0""#, vec![Err(error)], "wide.png");
        let error = saved.unwrap_err();
        assert_eq!(error.billed(), Billed::Yes, "{shown}");
        assert_eq!(error.task_id().unwrap().as_str(), "task_new", "{shown}");
        assert_eq!(left, [""; 0], "{shown}");
    }
}

#[test]
fn a_picture_is_fetched_again_after_trouble_that_may_pass() {
    let half = PNG[..PNG.len() - 1].to_vec();
    let trouble =
        || vec![Err(FetchError::Network("reset".into())), Err(FetchError::Status(503)), Ok(half.clone())];
    let (saved, left) =
        download(r#""https://h/0""#, trouble().into_iter().chain([Ok(PNG.to_vec())]).collect(), "wide.png");
    assert_eq!((saved.unwrap(), left), (vec!["wide.png".to_owned()], vec!["wide.png".to_owned()]));
    let (saved, left) =
        download(r#""https://h/0""#, trouble().into_iter().chain([Ok(half.clone())]).collect(), "wide.png");
    let error = saved.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Transport, "the picture was cut short")
    );
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_page_in_place_of_a_picture_is_not_saved() {
    let (saved, left) = download(r#""https://h/0""#, vec![Ok(b"<html>expired</html>".to_vec())], "wide.png");
    assert_eq!(saved.unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_picture_in_memory_is_checked_just_so() {
    let read = |pictures: Vec<Fetched>, link: &str| {
        let script = Script::new([]);
        *script.pictures.lock().unwrap() = pictures.into();
        client(&script).pictures().read(link)
    };
    let half = || Ok(PNG[..PNG.len() - 1].to_vec());
    assert_eq!(read(vec![half(), Ok(PNG.to_vec())], "https://h/0").unwrap(), PNG);
    let kind = |pictures, link| read(pictures, link).unwrap_err().kind();
    assert_eq!(kind(vec![half(), half(), half(), half()], "https://h/0"), ErrorKind::Transport);
    assert_eq!(kind(vec![Ok(b"<html>".to_vec())], "https://h/0"), ErrorKind::Protocol);
    assert_eq!(kind(vec![Err(FetchError::Status(410))], "https://h/0"), ErrorKind::Refused);
    assert_eq!(kind(vec![], "no link"), ErrorKind::Protocol);
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
#[test]
fn a_client_that_cannot_reach_the_api_is_refused_by_name() {
    let error = Client::new(ApiKey::new("sk-MARK").unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("transport")));
    assert!(error.to_string().contains("feature `"), "{error}");
}

#[cfg(all(feature = "ureq", not(any(feature = "rustls", feature = "native-tls"))))]
#[test]
fn without_tls_a_picture_over_https_ends_at_once_and_says_why() {
    let error = zoomout::Pictures::new().unwrap().read("https://1.1.1.1/0.png").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("feature `rustls`"), "{why}");
}

#[cfg(feature = "ureq")]
#[test]
fn without_a_client_only_public_links_are_followed() {
    let pictures = zoomout::Pictures::new().unwrap();
    for link in ["http://127.0.0.1:1/0.png", "https://127.0.0.1:1/0.png", "file:///etc/hostname"] {
        assert_eq!(pictures.read(link).unwrap_err().kind(), ErrorKind::Protocol, "{link}");
    }
}

#[test]
fn what_was_saved_before_an_error_is_named() {
    let pictures = vec![Ok(PNG.to_vec()), Err(FetchError::Network("reset".into()))];
    let (saved, left) = download(r#"["https://h/0","https://h/1"]"#, pictures, "wide.png");
    let message = saved.unwrap_err().to_string();
    assert!(message.contains("saved before that: ") && message.contains("wide-1.png"), "{message}");
    assert_eq!(left, ["wide-1.png"]);
}

#[test]
fn a_folder_that_is_not_there_is_noticed_before_money_is_spent() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    let error = zoomout::check_target(missing.join("wide.png")).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Storage, Billed::No));
    zoomout::check_target(format!("{}/", missing.display())).unwrap();
    assert_eq!(fs::read_dir(missing).unwrap().count(), 0, "the check leaves nothing behind");
}

#[test]
fn the_deadline_ends_the_wait_and_names_the_task() {
    let running = std::iter::repeat_with(|| ok(RUNNING)).take(100);
    let script = Script::new(std::iter::once(ok(ACCEPTED)).chain(running));
    let client = Client::builder(ApiKey::new("sk-MARK").unwrap())
        .policy(zoomout::Policy::default().deadline(Duration::from_secs(60)))
        .transport(Arc::<Script>::clone(&script))
        .clock(Arc::new(JumpingClock::new()))
        .build()
        .unwrap();
    let error = client.zoom(&zoom()).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Deadline, Billed::Yes));
    assert!(script.asked().len() < 25, "looks are never denser than one in 3 s");
}

#[test]
fn all_calls_within_a_span_share_it() {
    let script = Script::new([ok(RUNNING), ok(RUNNING), ok(RUNNING), ok(RUNNING)]);
    let client = client(&script).within(Duration::from_secs(10));
    let task = TaskId::new("task_new").unwrap();
    let error = client.wait(&task).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Deadline, Billed::Yes));
    let looks = script.asked().len();
    let error = client.pictures().read("https://h/0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    let error = client.task(&task).unwrap_err();
    assert_eq!((error.kind(), error.billed()), (ErrorKind::Deadline, Billed::No));
    assert_eq!(script.asked().len(), looks, "nothing is asked for when the time is up");
}
