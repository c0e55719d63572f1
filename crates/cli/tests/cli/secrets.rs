//! The key is in no output.

use zoomout_tests::{RawServer, answer};

use crate::command::against;

#[test]
fn the_key_is_shown_by_no_command_however_talkative() {
    // A server that repeats whatever it is told, the key included.
    let server = RawServer::start(|connection| {
        while let Some(request) = connection.read_request() {
            let echo = request.headers.join(" ").replace("sk-mark", "sk-MARK");
            let body = format!(r#"{{"error":{{"code":400,"message":"you sent {echo}","type":"{echo}"}}}}"#);
            connection.write(&answer(400, &body));
        }
    });
    for args in [
        &["zoom", "task_1"][..],
        &["zoom", "task_1", "--no-wait"],
        &["zoom", "task_1", "--dry-run"],
        &["upscale", "task_1", "--index", "1"],
        &["wait", "task_1", "--timeout", "60"],
        &["task", "task_1"],
        &["buttons", "task_1"],
    ] {
        for form in [&["-vv"][..], &["-vv", "--json"], &["-q"]] {
            let all: Vec<&str> = args.iter().chain(form).copied().collect();
            let ran = against(&server.url(), &all);
            assert!(!ran.all().contains("MARK"), "{all:?}: {ran:?}");
            if !args.contains(&"--dry-run") {
                assert!(ran.all().contains("you sent"), "{all:?}: {ran:?}");
            }
        }
    }
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.headers.contains(&"authorization: bearer sk-mark".to_owned()))
    );
}
