//! The emulator over real sockets: HTTP, keep-alive, faults on the wire, and its end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::io::{Read, Write};
use std::net::TcpStream;

use zoomout_emulator::{Options, Script, Seed, Server};

fn start(faults: &str) -> Server {
    let faults = Script::from_json(faults.as_bytes()).unwrap();
    Server::start(Options { faults, picture_side: 32, ..Options::default() }).unwrap()
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url().trim_start_matches("http://")).unwrap()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer sk-emulator\r\n\r\n")
}

fn task() -> String {
    get(&format!("/v1/tasks/{}", Seed::UPSCALED.task_id))
}

/// Sends a request and reads until the server closes.
fn whole(server: &Server, request: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = connect(server);
    stream.write_all(request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let server = start(r#"{"faults":[]}"#);
    let mut stream = connect(&server);
    for _ in 0..3 {
        stream.write_all(task().as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        assert!(String::from_utf8(body).unwrap().contains("completed"));
    }
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_picture_is_a_png_and_needs_no_key() {
    let server = start(r#"{"faults":[]}"#);
    let path = format!("/files/{}-0.png", Seed::UPSCALED.task_id);
    let answer = whole(&server, &format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n")).unwrap();
    let start = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    assert!(answer[start..].starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn answers_are_spoilt_as_the_script_says() {
    for (fault, ends_with) in [
        (r#"{"kind":"close"}"#, Some("")),
        (r#"{"kind":"raw","text":"SSH-2.0-no"}"#, Some("SSH-2.0-no")),
        (r#"{"kind":"cut","part":"status"}"#, Some("HTTP/1.")),
        (r#"{"kind":"cut","part":"headers"}"#, None),
        (r#"{"kind":"cut","part":"body"}"#, None),
    ] {
        let server = start(&format!(r#"{{"faults":[{{"on":"task","times":1,"fault":{fault}}}]}}"#));
        let spoilt = String::from_utf8(whole(&server, &task()).unwrap()).unwrap();
        if let Some(expected) = ends_with {
            assert_eq!(spoilt, expected, "{fault}");
        }
        let good = String::from_utf8(whole(&server, &task()).unwrap()).unwrap();
        assert!(spoilt.len() < good.len() && good.contains("completed"), "{fault}");
        assert_eq!(fault.contains("body"), spoilt.contains("\r\n\r\n"), "{spoilt}");
        assert!(!fault.contains("headers") || spoilt.starts_with("HTTP/1.1 200 OK\r\n"), "{spoilt}");
    }
}

#[test]
fn a_connection_can_be_reset_before_and_after_the_request() {
    for on in ["connection", "task"] {
        let server =
            start(&format!(r#"{{"faults":[{{"on":"{on}","times":1,"fault":{{"kind":"reset"}}}}]}}"#));
        let error = whole(&server, &task()).unwrap_err();
        assert!(
            matches!(error.kind(), std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe),
            "{on}: {error}"
        );
        assert!(whole(&server, &task()).unwrap().starts_with(b"HTTP/1.1 200"));
    }
}

#[test]
fn a_drip_is_slow_and_whole() {
    let server = start(r#"{"faults":[{"on":"task","times":1,"fault":{"kind":"drip","millis":0}}]}"#);
    let dripped = whole(&server, &task()).unwrap();
    assert!(String::from_utf8(dripped).unwrap().ends_with('}'));
}

#[test]
fn the_end_of_the_server_ends_hanging_dripping_and_idle_connections() {
    for fault in [r#"{"kind":"hang"}"#, r#"{"kind":"drip","millis":3600000}"#] {
        let server = start(&format!(r#"{{"faults":[{{"on":"task","fault":{fault}}}]}}"#));
        let idle = connect(&server);
        let mut waiting = connect(&server);
        waiting.write_all(task().as_bytes()).unwrap();
        // The request has arrived once it is listed.
        while server.requests().is_empty() {
            std::thread::yield_now();
        }
        drop(server);
        for mut stream in [idle, waiting] {
            let mut rest = Vec::new();
            // Closed or reset: both end the wait.
            drop(stream.read_to_end(&mut rest));
            assert!(rest.len() < 10);
        }
    }
}

#[test]
fn options_that_cannot_be_are_refused_by_name() {
    let refused = |options: Options| Server::start(options).unwrap_err().to_string();
    for time_scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let told = refused(Options { time_scale, ..Options::default() });
        assert!(told.starts_with("time_scale must be a finite number above 0, got "), "{told}");
    }
    for picture_side in [0, 4_097, u32::MAX] {
        let told = refused(Options { picture_side, ..Options::default() });
        assert!(told.starts_with("picture_side must be 1 to 4096, got "), "{told}");
    }
}

#[test]
fn a_jump_past_all_times_still_answers() {
    let server = start(r#"{"faults":[]}"#);
    server.advance(std::time::Duration::MAX);
    let answer = String::from_utf8(whole(&server, &task()).unwrap()).unwrap();
    assert!(answer.contains("date: Fri, 31 Dec 9999 23:59:59 GMT"), "{answer}");
}
