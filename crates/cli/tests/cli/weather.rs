//! Bad weather over raw sockets: what is paid for is never lost, and nothing is paid twice.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;
use zoomout_tests::{Connection, RawServer, answer};

use crate::command::{against, zoomout};

const PARENT: &str = "task_parent";
const ACCEPTED: &str = r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x04tEXtevenCRC.\0\0\0\0IEND\xAE\x42\x60\x82";

#[test]
fn a_submission_whose_fate_is_unknown_is_never_repeated() {
    type Behaviour = fn(&mut Connection);
    let cases: [(&str, Behaviour); 7] = [
        ("closes", |connection| connection.close()),
        ("resets", |connection| connection.reset()),
        ("never answers", |connection| connection.hang()),
        ("502 in HTML", |connection| connection.write(&answer(502, "<html>Bad gateway</html>"))),
        ("half a JSON", |connection| connection.write(&answer(200, r#"{"code":200,"data":[{"task_"#))),
        ("half a body", |connection| {
            connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"code\":200");
        }),
        ("garbage", |connection| connection.write(b"\xff\xfe\x00garbage\r\n\r\n")),
    ];
    for (name, behave) in cases {
        let server = RawServer::start(move |connection| {
            if connection.read_request().is_some() {
                behave(connection);
            }
        });
        let ran = against(&server.url(), &["zoom", PARENT, "--json", "--call-timeout", "0.5"]);
        let error = ran.json()["error"].clone();
        assert_eq!(ran.code, 4, "{name}: {ran:?}");
        assert_eq!((&error["kind"], &error["billed"]), (&json!("unconfirmed"), &json!("maybe")), "{name}");
        assert_eq!(server.posts(), 1, "{name}");

        let ran = against(&server.url(), &["zoom", PARENT, "--call-timeout", "0.5"]);
        assert!(ran.stderr.contains("may have been billed"), "{name}: {ran:?}");
        assert_eq!(server.posts(), 2, "{name}");
    }
}

#[test]
fn what_never_left_is_tried_again_and_not_billed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (url, hurry) in [
        (refused.as_str(), ["--time-scale", "1000"]),
        // Not on this machine, so time stays real.
        ("https://nobody.invalid", ["--timeout", "1.5"]),
    ] {
        let ran = zoomout(
            &[&["zoom", PARENT, "--json", "--base-url", url, "--api-key", "sk-MARK"][..], &hurry].concat(),
        );
        let error = ran.json()["error"].clone();
        assert_eq!(ran.code, 6, "{ran:?}");
        assert_eq!((&error["kind"], &error["billed"]), (&json!("transport"), &json!("no")), "{ran:?}");
        assert!(ran.stderr.contains("the submission is repeated in"), "{ran:?}");
    }
}

#[test]
fn a_refusal_that_executed_nothing_is_repeated_and_paid_once() {
    let tries = AtomicUsize::new(0);
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            let number = tries.fetch_add(1, Ordering::SeqCst);
            connection.write(&match (request.line.starts_with("POST"), number) {
                (true, 0) => b"HTTP/1.1 429 X\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n".to_vec(),
                (true, _) => answer(200, ACCEPTED),
                _ => answer(
                    200,
                    r#"{"code":200,"data":{"id":"task_new","status":"failed","error":"no luck"}}"#,
                ),
            });
        }
    });
    let ran = against(&server.url(), &["zoom", PARENT]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let wait: u64 =
        ran.stderr.split("is repeated in ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((7..=14).contains(&wait), "what the server asked for, and a little more: {ran:?}");
    assert_eq!(server.posts(), 2);
}

#[test]
fn a_poll_in_bad_weather_still_ends_with_the_picture() {
    let looks = AtomicUsize::new(0);
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            let host = request.headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap();
            let done = format!(
                r#"{{"code":200,"data":{{"id":"task_new","status":"completed","result":{{"images":[{{"url":"http://{host}/0.png"}}]}}}}}}"#
            );
            if request.line.starts_with("POST") {
                connection.write(&answer(200, ACCEPTED));
            } else if request.line == "GET /0.png" {
                connection
                    .write(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", PNG.len()).as_bytes());
                connection.write(PNG);
            } else {
                match looks.fetch_add(1, Ordering::SeqCst) {
                    0 => connection.write(&answer(404, r#"{"code":404,"message":"not found"}"#)),
                    1 => connection
                        .write(&answer(500, r#"{"error":{"message":"oops","type":"server_error"}}"#)),
                    2 => connection.write(&answer(502, "<html>Bad gateway</html>")),
                    3 => return connection.reset(),
                    4 => connection.write(&answer(200, "\u{1}garbage")),
                    5 => return connection.write(b"HTTP/1.1 200 OK\r\ncontent-le"),
                    6 => connection.write(b"HTTP/1.1 429 X\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n"),
                    7 => connection
                        .write(&answer(200, r#"{"code":200,"data":{"id":"task_new","status":"dreaming"}}"#)),
                    8 => return,
                    _ => connection.write(&answer(200, &done)),
                }
            }
        }
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let ran = against(&server.url(), &["zoom", PARENT, "-o", path.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(std::fs::read(path).unwrap(), PNG);
    assert_eq!(server.posts(), 1);
    assert!(server.received().len() >= 12, "every look was needed: {:?}", server.received());
}

#[test]
fn a_picture_that_cannot_be_had_leaves_no_half_and_says_how_to_go_on() {
    let server = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            let host = request.headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap();
            let done = format!(
                r#"{{"code":200,"data":{{"id":"task_new","status":"completed","result":{{"images":[{{"url":"http://{host}/0.png"}}]}}}}}}"#
            );
            if request.line == "GET /0.png" {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n");
                connection.write(PNG);
                return;
            }
            connection.write(&answer(200, &done));
        }
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let ran = against(&server.url(), &["wait", "task_new", "-o", path.to_str().unwrap()]);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains(&format!("zoomout --base-url {} wait task_new -o", server.url())), "{ran:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
