//! A hostile server reaches neither the terminal nor the lines of a report.

use serde_json::{Value, json};
use zoomout_tests::{RawServer, answer};

use crate::command::{Ran, against};

/// Sets the title, clears the screen, turns the direction, and forges a line.
const HOSTILE: &str = "\u{1b}]0;title\u{7}\u{9b}2J\u{202e}drow\u{2066}\u{200f}\u{7f}\nbilled:  no";

/// A server that says it wherever a server may speak.
fn hostile() -> RawServer {
    RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            let long = HOSTILE.repeat(20_000);
            let url = format!("http://127.0.0.1/{HOSTILE}");
            let task = json!({ "code": 200, "data": {
                "id": "task_new", "task_id": "task_new", "status": HOSTILE, "action": HOSTILE, "progress": HOSTILE,
                "fail_reason": HOSTILE, "error": { "message": long, "type": HOSTILE, "code": HOSTILE },
                "buttons": [{ "customId": HOSTILE, "label": HOSTILE, "emoji": HOSTILE }],
                "image_urls": [url], "grid_image_url": url, "result": { "images": [{ "url": url }] },
            }});
            let failed =
                json!({ "error": { "code": HOSTILE, "message": long, "type": HOSTILE, "request_id": long } });
            let (status, body) = match request.line.as_str() {
                line if line.starts_with("POST") => (400, failed),
                line if line.contains("task_failed") => (403, failed),
                _ => (200, task),
            };
            connection.write(&answer(status, &body.to_string()));
        }
    })
}

fn is_harmless(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    !text.chars().any(|c| (c.is_control() && c != '\n') || turns(c))
}

fn runs() -> impl Iterator<Item = (Vec<&'static str>, Ran)> {
    let server = hostile();
    let commands: [&[&str]; 5] = [
        &["zoom", "task_parent"],
        &["wait", "task_new", "--timeout", "60"],
        &["task", "task_new"],
        &["task", "task_failed"],
        &["buttons", "task_new"],
    ];
    let forms: [&[&str]; 3] = [&[], &["--json"], &["-vv"]];
    commands.into_iter().flat_map(move |args| forms.map(|form| [args, form].concat())).map(move |args| {
        let ran = against(&server.url(), &args);
        (args, ran)
    })
}

#[test]
fn no_control_character_and_no_forged_line_reaches_the_terminal() {
    for (args, ran) in runs() {
        assert!(is_harmless(&ran.all()), "{args:?}: {:?}", ran.all().chars().take(2_000).collect::<String>());
        let forged = ran.all().lines().any(|line| line.starts_with("billed:"));
        assert!(!forged, "{args:?}: {ran:?}");
        let json = args.contains(&"--json");
        assert!(json || ran.all().len() < 200_000, "{args:?}: {} bytes", ran.all().len());
    }
}

#[test]
fn json_reads_back_what_the_server_said() {
    let server = hostile();
    let ran = against(&server.url(), &["buttons", "task_new", "--json"]);
    assert!(
        ran.stdout.contains("\\u001b") && ran.stdout.contains("\\u202e") && ran.stdout.contains("\\u009b")
    );
    assert_eq!(ran.json()["buttons"][0]["custom_id"], Value::from(HOSTILE));
}
