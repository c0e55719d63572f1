//! One deadline for the whole command, pictures included.

use std::time::{Duration, Instant};

use tempfile::TempDir;
use zoomout_tests::{RawServer, answer};

use crate::command::{Ran, command};
use crate::servers::{ACCEPTED, done};

#[test]
fn a_picture_whose_host_stalls_does_not_outlast_the_deadline() {
    let server = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            if request.line == "GET /0.png" {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n\x89PNG\r\n\x1a\n");
                return connection.hang();
            }
            let body = if request.line.starts_with("POST") { ACCEPTED.to_owned() } else { done(&request) };
            connection.write(&answer(200, &body));
        }
    });
    let url = server.url();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let path = path.to_str().unwrap();
    let global = ["--base-url", &url, "--timeout", "2", "--call-timeout", "4"];
    for output in [path, "-"] {
        let begun = Instant::now();
        let args = [&global[..], &["wait", "task_new", "-o", output]].concat();
        let ran: Ran = command(&args).env("APIMART_API_KEY", "sk-MARK").output().unwrap().into();
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(3), "{took:?}: {ran:?}");
        assert!(ran.stderr.contains("billed:  yes"), "{ran:?}");
        assert!(ran.stderr.contains("--timeout 2 --call-timeout 4 wait task_new -o "), "{ran:?}");
        assert!([5, 6].contains(&ran.code), "the deadline, or what it cut: {ran:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
