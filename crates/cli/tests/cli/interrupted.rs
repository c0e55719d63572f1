//! Ctrl-C, and readers that go away.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use serde_json::json;
use tempfile::TempDir;
use zoomout_tests::{RawServer, answer};

use crate::command::{Ran, command};
use crate::servers::{ACCEPTED, RUNNING, done};

/// Sends signals, one right after the other.
fn send(child: &Child, signals: &[&str]) {
    let id = child.id();
    let kills: Vec<String> = signals.iter().map(|signal| format!("kill -{signal} {id}")).collect();
    assert!(Command::new("sh").args(["-c", &kills.join(" && ")]).status().unwrap().success());
}

/// Presses Ctrl-C, and tells how long the command took to end (`--nocapture` shows it).
fn interrupt(phase: &str, child: Child) -> Ran {
    send(&child, &["INT"]);
    let pressed = Instant::now();
    let ran = end(child);
    println!("{phase}: ended {:.0?} after Ctrl-C", pressed.elapsed());
    ran
}

fn start(url: &str, args: &[&str]) -> Child {
    let all: Vec<&str> = ["--base-url", url].iter().chain(args).copied().collect();
    command(&all).env("APIMART_API_KEY", "sk-MARK").spawn().unwrap()
}

fn end(child: Child) -> Ran {
    child.wait_with_output().unwrap().into()
}

/// Reads stderr up to a line with these words.
fn until(child: &mut Child, words: &str) -> String {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "the command ended without {words:?}");
    }
    child.stderr = Some(stderr.into_inner());
    line
}

#[test]
fn a_stop_before_anything_was_sent_costs_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut child = start(&url, &["zoom", "task_parent"]);
    until(&mut child, "the submission is repeated in");
    let ran = interrupt("before anything was sent", child);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stderr.contains("billed:  no"), "{ran:?}");
}

#[test]
fn a_second_stop_while_the_answer_is_out_says_that_it_may_be_billed() {
    let (arrived, arrivals) = mpsc::channel();
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrived.send(()).unwrap();
            connection.hang();
        }
    });
    let mut child = start(&server.url(), &["zoom", "task_parent"]);
    arrivals.recv().unwrap();
    send(&child, &["INT"]);
    until(&mut child, "waiting up to 5 s for the answer to the submission; Ctrl-C again to leave");
    // Somebody who presses again and again; those that come at once count as one.
    while child.try_wait().unwrap().is_none() {
        send(&child, &["INT"]);
    }
    let ran = end(child);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stderr.contains("billed:  maybe"), "{ran:?}");
    assert_eq!(server.posts(), 1);
}

#[test]
fn the_answer_to_a_submission_is_waited_for_and_its_task_is_named() {
    let (arrived, arrivals) = mpsc::channel();
    let (answer_now, may_answer) = mpsc::channel();
    let may_answer = Mutex::new(may_answer);
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrived.send(()).unwrap();
            may_answer.lock().unwrap().recv().unwrap();
            connection.write(&answer(200, ACCEPTED));
        }
    });
    for args in [&["zoom", "task_parent", "-q"][..], &["zoom", "task_a", "task_b", "-q"]] {
        let mut child = start(&server.url(), args);
        for _ in args.iter().filter(|arg| arg.starts_with("task_")) {
            arrivals.recv().unwrap();
        }
        send(&child, &["INT"]);
        until(&mut child, "waiting up to 5 s");
        for _ in args.iter().filter(|arg| arg.starts_with("task_")) {
            answer_now.send(()).unwrap();
        }
        let ran = end(child);
        assert_eq!(ran.code, 130, "{ran:?}");
        let next = format!("zoomout --base-url {} wait task_new", server.url());
        assert!(ran.stderr.contains("billed:  yes") && ran.stderr.contains(&next), "{ran:?}");
    }
    assert_eq!(server.posts(), 3);
}

#[test]
fn however_fast_the_signals_come_the_report_comes_first_and_no_half_picture_stays() {
    let (arrived, arrivals) = mpsc::channel();
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            if request.line == "GET /0.png" {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n\x89PNG\r\n\x1a\n");
                arrived.send(()).unwrap();
                return connection.hang();
            }
            let body = if request.line.starts_with("POST") { ACCEPTED.to_owned() } else { done(&request) };
            connection.write(&answer(200, &body));
        }
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let args = ["--time-scale", "1000", "zoom", "task_parent", "-o", path.to_str().unwrap()];
    for round in 0..10 {
        let child = start(&server.url(), &args);
        arrivals.recv().unwrap();
        send(&child, &["INT"; 4]);
        let ran = end(child);
        assert_eq!(ran.code, 130, "{round}: {ran:?}");
        for words in ["billed:  yes", "task:    task_new", " wait task_new -o "] {
            assert!(ran.stderr.contains(words), "{round}: {words}: {ran:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{round}: half a picture was left");
    }
}

#[test]
fn a_termination_ends_with_its_own_code() {
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let server = RawServer::start(|connection| {
            while connection.read_request().is_some() {
                connection.write(&answer(200, RUNNING));
            }
        });
        let mut child = start(&server.url(), &["wait", "task_new"]);
        until(&mut child, "processing");
        send(&child, &[signal]);
        let ran = end(child);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.stderr.contains("wait task_new"), "{ran:?}");
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    let is_done = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&is_done);
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            let body = if shown.load(SeqCst) { done(&request) } else { RUNNING.to_owned() };
            connection.write(&answer(200, &body));
        }
    });
    // As `nohup` does, and a shell for what a script puts into the background.
    let program = env!("CARGO_BIN_EXE_zoomout");
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' HUP INT; exec \"$0\" \"$@\"", program, "--base-url", &server.url()]);
    child.args(["--time-scale", "100", "wait", "task_new"]).env("APIMART_API_KEY", "sk-MARK");
    let mut child = child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(&mut child, "processing");
    send(&child, &["HUP", "INT", "HUP"]);
    is_done.store(true, SeqCst);
    let ran = end(child);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("completed"), "{ran:?}");
}

#[test]
fn without_a_thread_to_spare_the_command_says_so() {
    let server = RawServer::answering(answer(200, RUNNING));
    let args = ["--base-url", &server.url(), "zoom", "task_parent", "--json"];
    let mut child = command(&args);
    // More than any machine has, for each thread.
    child.env("APIMART_API_KEY", "sk-MARK").env("RUST_MIN_STACK", (1_u64 << 60).to_string());
    let ran = end(child.spawn().unwrap());
    let error = ran.json()["error"].clone();
    assert_eq!((ran.code, &error["kind"], &error["billed"]), (8, &json!("storage"), &json!("no")), "{ran:?}");
    assert_eq!(error["message"], "this machine has no thread left");
    assert!(!ran.all().contains("panicked"), "{ran:?}");
    assert_eq!(server.posts(), 0);
}

#[test]
fn a_stop_while_waiting_names_the_task_and_the_command_that_goes_on() {
    let server = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            let body = if request.line.starts_with("POST") { ACCEPTED } else { RUNNING };
            connection.write(&answer(200, body));
        }
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let path = path.to_str().unwrap();
    let mut child = start(&server.url(), &["zoom", "task_parent", "-o", path]);
    until(&mut child, "accepted: task_new");
    let ran = interrupt("while waiting", child);
    assert_eq!(ran.code, 130, "{ran:?}");
    let next = format!("zoomout --base-url {} wait task_new -o {path}", server.url());
    assert!(ran.stderr.contains("billed:  yes") && ran.stderr.contains(&next), "{ran:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_stop_while_downloading_leaves_no_half_picture() {
    let (arrived, arrivals) = mpsc::channel();
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            if request.line == "GET /0.png" {
                connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n\x89PNG\r\n\x1a\n");
                arrived.send(()).unwrap();
                return connection.hang();
            }
            connection.write(&answer(200, &done(&request)));
        }
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.png");
    let child = start(&server.url(), &["wait", "task_new", "-o", path.to_str().unwrap()]);
    arrivals.recv().unwrap();
    let ran = interrupt("while downloading", child);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stderr.contains("wait task_new -o"), "{ran:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_emulator_runs_until_it_is_stopped_and_shows_the_bill() {
    let mut child = command(&["emulator"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut greeting = String::new();
    while !greeting.contains("/emulator/bill") {
        assert_ne!(stdout.read_line(&mut greeting).unwrap(), 0, "{greeting}");
    }
    assert!(greeting.contains("task_01KQW0D3WJ2QYJP9E3H7GZ4D2R") && greeting.contains("sk-emulator"));
    let url = greeting.split("APIMART_BASE_URL=").nth(1).unwrap().split(' ').next().unwrap();
    let args = ["--base-url", url, "zoom", "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R", "--no-wait"];
    let zoomed = command(&args).env("APIMART_API_KEY", "sk-emulator").output().unwrap();
    assert!(zoomed.status.success(), "{zoomed:?}");
    let ran = interrupt("while emulating", child);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("1 accepted, 0.05504 USD on the bill"), "{ran:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["completions", "bash"]).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 8]).unwrap();
    drop(stdout);
    let ran = end(child);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_stop_of_several_names_each_task_that_was_paid_for() {
    let server = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            // The task is called after its parent.
            let body = String::from_utf8(request.body).unwrap();
            let number = body.split("task_parent").nth(1).map(|rest| &rest[..1]);
            let answered = number.map_or_else(
                || RUNNING.to_owned(),
                |number| ACCEPTED.replace("new", &format!("new{number}")),
            );
            connection.write(&answer(200, &answered));
        }
    });
    let mut child = start(&server.url(), &["zoom", "task_parent1", "task_parent2", "task_parent3"]);
    until(&mut child, "accepted: task_new");
    let ran = interrupt("with several", child);
    assert_eq!(ran.code, 130, "{ran:?}");
    for number in 1..=server.posts() {
        let next = format!("wait task_new{number}");
        let doubt = format!("task_parent{number}: error: cancelled while the answer was out");
        assert!(ran.stderr.contains(&next) || ran.stderr.contains(&doubt), "{number}: {ran:?}");
    }
}

#[test]
fn signals_at_once_are_one_and_the_answer_is_waited_for() {
    let (arrived, arrivals) = mpsc::channel();
    let (answer_now, may_answer) = mpsc::channel();
    let may_answer = Mutex::new(may_answer);
    let server = RawServer::start(move |connection| {
        if connection.read_request().is_some() {
            arrived.send(()).unwrap();
            may_answer.lock().unwrap().recv().unwrap();
            connection.write(&answer(200, ACCEPTED));
        }
    });
    let mut child = start(&server.url(), &["zoom", "task_parent"]);
    arrivals.recv().unwrap();
    send(&child, &["HUP", "TERM"]);
    until(&mut child, "waiting up to 5 s");
    answer_now.send(()).unwrap();
    let ran = end(child);
    assert!(ran.stderr.contains("billed:  yes") && ran.stderr.contains("wait task_new"), "{ran:?}");
}

#[test]
fn a_task_that_was_seen_is_paid_for_also_where_the_next_look_hangs() {
    // The first look shows the task; the next one meets a host that takes nobody.
    let server = RawServer::start(|connection| {
        if connection.read_request().is_some() {
            connection.write(&answer(200, RUNNING));
        }
        connection.hang();
    });
    let mut child = start(&server.url(), &["--time-scale", "1000", "wait", "task_new"]);
    until(&mut child, "processing");
    let ran = interrupt("while a look hangs", child);
    assert!(ran.stderr.contains("billed:  yes"), "{ran:?}");
}

#[test]
fn a_reader_of_a_picture_that_does_not_read_holds_nobody() {
    let large = {
        let mut png = b"\x89PNG\r\n\x1a\n\x00\x03\x00\x00tEXt".to_vec();
        png.resize(png.len() + 0x30000, b'x');
        [png.as_slice(), b"CRC.\0\0\0\0IEND\xAE\x42\x60\x82"].concat()
    };
    let server = RawServer::start(move |connection| {
        while let Some(request) = connection.read_request() {
            if request.line == "GET /0.png" {
                let length = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", large.len());
                connection.write(length.as_bytes());
                connection.write(&large);
            } else {
                connection.write(&answer(200, &done(&request)));
            }
        }
    });
    let mut child = start(&server.url(), &["wait", "task_new", "-o", "-"]);
    // Half of it is in the pipe, and nobody takes the rest.
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 8]).unwrap();
    let ran = interrupt("while nobody reads", child);
    assert_eq!(ran.code, 130, "{ran:?}");
    assert!(ran.stderr.contains("billed:  yes") && ran.stderr.contains("wait task_new -o ./"), "{ran:?}");
    drop(stdout);
}
