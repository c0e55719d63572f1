//! What servers of the tests say.

use zoomout_tests::{RawServer, Received, answer};

pub(crate) const ACCEPTED: &str = r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#;
pub(crate) const RUNNING: &str =
    r#"{"code":200,"data":{"id":"task_new","status":"processing","progress":5}}"#;
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x04tEXtevenCRC.\0\0\0\0IEND\xAE\x42\x60\x82";

/// The task is done, and this server has its picture.
pub(crate) fn done(request: &Received) -> String {
    done_with(request, &["/0.png"])
}

/// The task is done, and this server has its pictures.
pub(crate) fn done_with(request: &Received, paths: &[&str]) -> String {
    let host = request.headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap();
    let link = |path: &&str| format!(r#"{{"url":"http://{host}{path}"}}"#);
    let links: Vec<String> = paths.iter().map(link).collect();
    format!(
        r#"{{"code":200,"data":{{"id":"task_new","status":"completed","result":{{"images":[{}]}}}}}}"#,
        links.join(",")
    )
}

/// A server whose every task is accepted and done, with these pictures.
pub(crate) fn finishing(paths: &'static [&'static str]) -> RawServer {
    RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            if request.line.starts_with("POST") {
                connection.write(&answer(200, ACCEPTED));
            } else if paths.iter().any(|path| request.line == format!("GET {path}")) {
                connection
                    .write(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", PNG.len()).as_bytes());
                connection.write(PNG);
            } else {
                connection.write(&answer(200, &done_with(&request, paths)));
            }
        }
    })
}
