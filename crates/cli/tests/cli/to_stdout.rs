//! `-o -`: the picture on stdout, everything else on stderr.

use std::process::Stdio;

use crate::command::{against, command};
use crate::servers::{PNG, finishing};

#[test]
fn the_picture_and_nothing_else_goes_to_stdout() {
    let server = finishing(&["/0.png"]);
    for args in [
        &["zoom", "task_parent", "-o", "-"][..],
        &["upscale", "task_parent", "--index", "1", "-o", "-"],
        &["wait", "task_new", "-o", "-", "-q"],
    ] {
        let url = server.url();
        let all = [&["--base-url", &url, "--time-scale", "1000"][..], args].concat();
        let ran = command(&all).env("APIMART_API_KEY", "sk-MARK").output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert_eq!(ran.stdout, PNG, "{args:?}");
        let told = String::from_utf8(ran.stderr).unwrap();
        let words = if args.contains(&"-q") { "" } else { "task_new: completed" };
        assert!(told.contains(words) && (words.is_empty() == told.is_empty()), "{args:?}: {told}");
    }
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_sent() {
    let server = finishing(&["/0.png"]);
    for (args, words) in [
        (
            &["zoom", "task_parent", "-o", "-", "--json"][..],
            "output - must not be given together with --json",
        ),
        (&["wait", "task_parent", "-o", "-", "--json"], "output - must not be given together with --json"),
        (&["zoom", "task_a", "task_b", "-o", "-"], "output must be a folder for several pictures"),
    ] {
        let ran = against(&server.url(), args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.all().contains(words), "{ran:?}");
    }
    assert_eq!(server.received(), []);
}

#[test]
fn several_pictures_of_one_task_need_a_folder() {
    let server = finishing(&["/0.png", "/1.png"]);
    let ran = against(&server.url(), &["zoom", "task_parent", "-o", "-"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (8, ""), "{ran:?}");
    let next = format!("zoomout --base-url {} --time-scale 1000 wait task_new -o ./", server.url());
    for words in ["stdout takes one picture, and this task has 2", "billed:  yes", &next] {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_picture_that_stdout_does_not_take_is_still_paid_for() {
    let server = finishing(&["/0.png"]);
    let url = server.url();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    for stdout in [Stdio::from(std::fs::File::create("/dev/full").unwrap()), closed.into()] {
        let mut command = command(&["--base-url", &url, "--time-scale", "1000", "zoom", "p", "-o", "-"]);
        let ran = command.env("APIMART_API_KEY", "sk-MARK").stdout(stdout).output().unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(8), "{told}");
        for words in ["could not be written to stdout", "billed:  yes", "wait task_new -o ./"] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}
