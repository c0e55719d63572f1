//! The key is in no output and in no file, whatever a server does with it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zoomout_tests::{Connection, RawServer, Received, answer};

use crate::command::against;

/// What a server that has seen the key does with it.
type Behaviour = fn(&Received, &mut Connection);

/// Headers and body of the request, the key as it was sent.
fn echo(request: &Received) -> String {
    request.headers.join(" ").replace("sk-mark", "sk-MARK").replace('"', "'")
}

const BEHAVIOURS: [(&str, Behaviour); 10] = [
    ("repeats it in an error", |request, connection| {
        let body =
            format!(r#"{{"error":{{"code":400,"message":"you sent {0}","type":"{0}"}}}}"#, echo(request));
        connection.write(&answer(400, &body));
    }),
    ("repeats it in HTML", |request, connection| {
        connection.write(&answer(502, &format!("<html>{}</html>", echo(request))));
    }),
    ("repeats it in half a JSON", |request, connection| {
        connection.write(&answer(200, &format!(r#"{{"code":200,"data":"{}"#, echo(request))));
    }),
    ("repeats it in headers", |_, connection| {
        connection.write(
            b"HTTP/1.1 401 sk-MARK\r\nx-oneapi-request-id: sk-MARK\r\nretry-after: sk-MARK\r\ncontent-length: 0\r\n\r\n",
        );
    }),
    ("sends it elsewhere", |_, connection| {
        connection.write(
            b"HTTP/1.1 302 Found\r\nlocation: https://sk-MARK.example/sk-MARK\r\ncontent-length: 0\r\n\r\n",
        );
    }),
    ("makes it the words of a task", |request, connection| {
        let host = request.headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap();
        let task = format!(
            r#"{{"code":200,"data":{{"id":"task_1","task_id":"task_2","status":"completed","action":"sk-MARK",
            "buttons":[{{"customId":"MJ::x","label":"sk-MARK","emoji":"sk-MARK"}}],"fail_reason":"sk-MARK",
            "result":{{"images":[{{"url":"http://{host}/0.png"}}]}}}}}}"#
        );
        connection.write(&answer(200, &task));
    }),
    ("makes it a status", |_, connection| {
        connection.write(&answer(200, r#"{"data":{"id":"task_1","task_id":"task_2","status":"sk-MARK"}}"#));
    }),
    ("makes it a failure", |_, connection| {
        connection.write(&answer(200, r#"{"data":{"id":"task_1","status":"failed","error":"sk-MARK"}}"#));
    }),
    ("closes", |_, connection| connection.close()),
    ("says something that is not HTTP", |request, connection| connection.write(echo(request).as_bytes())),
];

#[test]
fn the_key_is_shown_by_no_command_and_left_in_no_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let path = path.to_str().unwrap();
    let [ledger, jobs, out] =
        ["ledger.db", "jobs.jsonl", "wide"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    // Whoever writes the key where it does not belong finds it on record no more than anybody else.
    fs::write(&jobs, r#"{"task_id":"task_1","metadata":{"note":"sk-MAR\u004b"}}"#).unwrap();
    for (name, behave) in BEHAVIOURS {
        let server = RawServer::start(move |connection| {
            while let Some(request) = connection.read_request() {
                behave(&request, connection);
                if name.contains("not HTTP") {
                    return;
                }
            }
        });
        for args in [
            &["zoom", "task_1", "-o", path][..],
            &["zoom", "task_1", "--no-wait"],
            &["zoom", "task_1", "--dry-run"],
            &["upscale", "task_1", "--index", "1"],
            &["wait", "task_1", "-o", path, "--timeout", "60"],
            &["task", "task_1"],
            &["buttons", "task_1"],
            &["zoom", "task_1", "--key", name],
            &["collect", "-o", &out],
            &["ledger", "list"],
            &["ledger", "export"],
        ] {
            for form in [&["-vv"][..], &["-vv", "--json"], &["-q"]] {
                let all: Vec<&str> = ["--ledger", &ledger].iter().chain(args).chain(form).copied().collect();
                let ran = against(&server.url(), &all);
                assert!(!ran.all().contains("MARK"), "a server that {name}: {all:?}: {ran:?}");
                assert!(!ran.all().contains("panicked"), "a server that {name}: {all:?}: {ran:?}");
            }
        }
        // Its request holds the key, which -vv shows without it.
        let ran = against(&server.url(), &["--ledger", &ledger, "batch", &jobs, "--out", &out, "-vv"]);
        assert!(
            !ran.all().contains("MARK") && !ran.all().contains("panicked"),
            "a server that {name}: {ran:?}"
        );
        let sent = |request: &Received| request.headers.contains(&"authorization: bearer sk-mark".to_owned());
        let received = server.received();
        // The host of a picture gets no key.
        assert!(received.iter().any(sent));
        assert!(received.iter().all(|request| sent(request) || request.line == "GET /0.png"));
    }
    fs::remove_file(&jobs).unwrap();
    search(folder.path());
}

/// Nothing in this folder or beneath holds the key.
fn search(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(4).any(|four| four == b"MARK"), "{}", path.display());
    }
}
