//! What ureq does with a paid request, seen from the server's side of the socket.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use http::{Method, Request, Response};
use zoomout::{
    CancelToken, Context, Delivery, Failure, FetchError, ProxyChoice, Timeouts, Transport, UreqTransport,
};
use zoomout_tests::{Connection, RawServer, answer};

/// What a server does with a connection once it has read the request.
type Behaviour = fn(&mut Connection);

const BODY: &str = r#"{"task_id":"task_1"}"#;

/// A call with no limit but those of its phases.
fn unlimited(cancel: &CancelToken) -> Context {
    Context::new(cancel, Duration::MAX)
}

fn transport() -> UreqTransport {
    let mut timeouts = Timeouts::default();
    timeouts.response = Duration::from_millis(300);
    timeouts.body = Duration::from_millis(300);
    UreqTransport::builder().timeouts(timeouts).local_api(true).build().unwrap()
}

fn request(method: Method, url: &str) -> Request<Vec<u8>> {
    let body = if method == Method::POST { BODY.into() } else { Vec::new() };
    Request::builder().method(method).uri(url).header("authorization", "Bearer sk-MARK").body(body).unwrap()
}

fn post(transport: &UreqTransport, url: &str) -> Result<Response<Vec<u8>>, Failure> {
    transport.send(request(Method::POST, &format!("{url}/zoom")), &unlimited(&CancelToken::new()))
}

fn get(transport: &UreqTransport, url: &str) -> Result<Response<Vec<u8>>, Failure> {
    transport.send(request(Method::GET, &format!("{url}/task")), &unlimited(&CancelToken::new()))
}

/// The port of a listener that is gone.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("127.0.0.1:{}", listener.local_addr().unwrap().port())
}

#[test]
fn what_never_left_is_known_not_to_have_left() {
    let plain = RawServer::answering("this is no TLS");
    let proxy = RawServer::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let through = UreqTransport::builder().proxy(ProxyChoice::Url(proxy.url())).build().unwrap();
    for (transport, url, cause) in [
        (transport(), format!("http://{}", nobody()), "the connection was refused"),
        (transport(), "http://nobody.invalid".to_owned(), "the name of the host was not found"),
        (transport(), format!("https://127.0.0.1:{}", plain.port()), ""),
        (through, "https://api.apimart.ai".to_owned(), "the proxy refused the connection"),
    ] {
        let failure = post(&transport, &url).unwrap_err();
        assert_eq!(failure.delivery, Delivery::NotSent, "{url}: {failure:?}");
        assert!(failure.cause.contains(cause) && !failure.cause.is_empty(), "{url}: {failure:?}");
    }
}

#[test]
fn whatever_may_have_arrived_is_unknown_and_was_sent_once() {
    let cases: [(&str, Behaviour, &str); 9] = [
        ("closes", |connection| connection.close(), "closed before the answer was whole"),
        ("resets", |connection| connection.reset(), "reset"),
        ("hangs", |connection| connection.hang(), "no answer within 300ms"),
        ("half a status line", |connection| connection.write(b"HTTP/1."), ""),
        ("half of the headers", |connection| connection.write(b"HTTP/1.1 200 OK\r\ncontent-"), ""),
        ("garbage", |connection| connection.write(b"\x00\xff\x00\xff\r\n\r\n"), ""),
        (
            "half a body",
            |connection| connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"),
            "closed",
        ),
        (
            "a body that stops",
            |connection| {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{");
                connection.hang();
            },
            "the answer did not end within 300ms",
        ),
        (
            "a body without end",
            |connection| {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n");
                let piece = vec![b' '; 1 << 16];
                (0..1_600).for_each(|_| connection.write(&piece));
            },
            "larger than 8388608 bytes",
        ),
    ];
    for (name, behave, cause) in cases {
        let server = RawServer::start(move |connection| {
            if connection.read_request().is_some() {
                behave(connection);
            }
        });
        let failure = post(&transport(), &server.url()).unwrap_err();
        assert_eq!(failure.delivery, Delivery::Unknown, "{name}: {failure:?}");
        assert!(failure.cause.contains(cause) && !failure.cause.contains("MARK"), "{name}: {failure:?}");
        assert_eq!(server.posts(), 1, "{name}");
    }
}

#[test]
fn an_answer_is_an_answer_whatever_its_status() {
    for status in [200, 302, 303, 307, 308, 400, 401, 429, 500, 502, 503, 520] {
        let body = "<html>no</html>";
        let bytes = format!(
            "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = RawServer::answering(bytes);
        let response = post(&transport(), &server.url()).unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["location"], "/elsewhere");
        assert_eq!(response.body(), body.as_bytes());
        assert_eq!(server.received().len(), 1, "{status} is not followed");
    }
}

#[test]
fn each_submission_has_a_connection_of_its_own() {
    // Every connection serves two requests and is then closed without a word, so that a client which
    // reuses connections would sooner or later write into a dead one.
    let server = RawServer::start(|connection| {
        for _ in 0..2 {
            if connection.read_request().is_none() {
                return;
            }
            connection.write(&answer(200, "{}"));
        }
    });
    let transport = transport();
    for _ in 0..100 {
        post(&transport, &server.url()).unwrap();
        // A look may meet the close itself: that is why no submission goes where a look has been.
        drop(get(&transport, &server.url()));
    }
    assert_eq!(server.posts(), 100);
    let mut by_connection = server.received();
    by_connection.sort_by_key(|request| request.connection);
    by_connection.dedup_by_key(|request| request.connection);
    assert!(
        by_connection.iter().filter(|first| first.line.starts_with("POST")).count() == 100,
        "no POST came second"
    );
}

#[test]
fn looks_survive_a_server_that_closes_idle_connections() {
    let server = RawServer::start(|connection| {
        if connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    });
    let transport = transport();
    for _ in 0..50 {
        // A look that hits the close itself fails as any look may; it is never the end of a job.
        drop(get(&transport, &server.url()));
    }
    assert!(server.received().len() >= 25);
}

#[test]
fn a_cancelled_call_ends_while_the_answer_is_out() {
    let (arrived, arrival) = mpsc::channel();
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrived.send(()).unwrap();
            connection.hang();
        }
    });
    let token = CancelToken::new();
    let (stopper, url) = (token.clone(), format!("{}/zoom", server.url()));
    let patient = UreqTransport::builder().local_api(true).build().unwrap();
    let call = std::thread::spawn(move || patient.send(request(Method::POST, &url), &unlimited(&stopper)));
    arrival.recv().unwrap();
    token.cancel();
    let failure = call.join().unwrap().unwrap_err();
    assert_eq!(failure, Failure::unknown("cancelled"));
    assert_eq!(server.posts(), 1);
}

#[test]
fn a_call_cancelled_before_it_began_sends_nothing() {
    let server = RawServer::answering(answer(200, "{}"));
    let token = CancelToken::new();
    token.cancel();
    let transport = transport();
    let failure = transport
        .send(request(Method::POST, &format!("{}/zoom", server.url())), &unlimited(&token))
        .unwrap_err();
    assert_eq!(failure, Failure::not_sent("cancelled"));
    // A connection that is open does not change that.
    get(&transport, &server.url()).unwrap();
    let failure = transport
        .send(request(Method::GET, &format!("{}/task", server.url())), &unlimited(&token))
        .unwrap_err();
    assert_eq!(failure.delivery, Delivery::NotSent);
    assert_eq!(server.posts(), 0);
}

fn fetch(url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
    let mut picture = Vec::new();
    transport().fetch(&url.parse().unwrap(), limit, &mut picture, &unlimited(&CancelToken::new()))?;
    Ok(picture)
}

#[test]
fn pictures_follow_redirects_without_the_key() {
    let host = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            connection.write(match request.line.as_str() {
                "GET /a" => b"HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n",
                _ => b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\npng",
            });
        }
    });
    assert_eq!(fetch(&format!("{}/a", host.url()), 10).unwrap(), b"png");
    let received = host.received();
    assert_eq!(
        received.iter().map(|request| request.line.as_str()).collect::<Vec<_>>(),
        ["GET /a", "GET /b"]
    );
    assert!(
        received
            .iter()
            .flat_map(|request| &request.headers)
            .all(|header| !header.starts_with("authorization"))
    );
}

#[test]
fn pictures_are_whole_and_bounded() {
    let serve = |bytes: &str| RawServer::answering(bytes.to_owned());
    let of = |server: &RawServer| fetch(&format!("{}/0.png", server.url()), 10);

    let cut = serve("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npng");
    assert!(matches!(of(&cut), Err(FetchError::Network(_))));
    let declared = serve("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n");
    assert!(matches!(of(&declared), Err(FetchError::TooLarge(10))));
    let endless = serve("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nlonger than ten bytes");
    assert!(matches!(of(&endless), Err(FetchError::TooLarge(10))));
    let expired = serve("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    assert!(matches!(of(&expired), Err(FetchError::Status(403))));
    let round_and_round = RawServer::start(|connection| {
        while connection.read_request().is_some() {
            connection.write(b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n");
        }
    });
    assert!(matches!(of(&round_and_round), Err(FetchError::NotAllowed(_))));
}

#[test]
fn links_lead_nowhere_but_to_the_public_internet() {
    let here = RawServer::answering(answer(200, "{}"));
    let public = UreqTransport::builder().proxy(ProxyChoice::Direct).build().unwrap();
    for url in [
        "file://localhost/etc/hostname",
        "ftp://example.com/0.png",
        "http://example.com/0.png",
        "https://10.0.0.1/0.png",
        "https://[::1]/0.png",
        "https://169.254.169.254/latest",
        &format!("https://127.0.0.1:{}/0.png", here.port()),
        &format!("https://localhost:{}/0.png", here.port()),
    ] {
        let result =
            public.fetch(&url.parse().unwrap(), 10, &mut Vec::new(), &unlimited(&CancelToken::new()));
        assert!(matches!(result, Err(FetchError::NotAllowed(_))), "{url}: {result:?}");
    }
    assert!(here.received().is_empty());

    let leading_astray = RawServer::answering(
        "HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/0.png\r\ncontent-length: 0\r\n\r\n",
    );
    assert!(matches!(fetch(&format!("{}/0.png", leading_astray.url()), 10), Err(FetchError::NotAllowed(_))));
}
