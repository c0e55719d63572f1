//! What is asked for: the dry run, the tiers, and what is refused before anything is sent.

use std::io::Write;

use serde_json::json;

use crate::command::{command, zoomout};

const PARENT: &str = "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R";

#[test]
fn a_dry_run_shows_the_request_without_key_or_network() {
    let ran = zoomout(&["zoom", PARENT, "--zoom-ratio", "1.5", "--speed", "fast", "--dry-run", "--json"]);
    let object = ran.json();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(object["method"], "POST");
    assert_eq!(object["url"], "https://api.apimart.ai/v1/midjourney/generations/zoom");
    assert_eq!(object["headers"]["authorization"], "Bearer <redacted>");
    assert_eq!(object["body"], json!({ "task_id": PARENT, "zoom_ratio": 1.5, "speed": "fast" }));
    assert_eq!(object["tier"], "Zoom Out 1.5x");
    assert_eq!(object["billing_key"], "midjourney@zoom-fast");

    let ran = zoomout(&["upscale", PARENT, "--index", "2", "--speed", "turbo", "--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.contains(r#"{"task_id":"task_01KQW0D3WJ2QYJP9E3H7GZ4D2R","index":2,"speed":"turbo"}"#)
    );
    assert!(ran.stdout.contains("billed to: midjourney@upscale-turbo, once accepted"));
    assert!(ran.stdout.ends_with("Nothing was sent, and nothing was charged.\n"));
}

#[test]
fn the_ratio_chooses_the_tier() {
    for (ratio, tier) in [
        (Some("0.0001"), "Zoom Out 1.5x"),
        (Some("1.5"), "Zoom Out 1.5x"),
        (Some("1.99"), "Zoom Out 1.5x"),
        (Some("1.9999999999999998"), "Zoom Out 1.5x"),
        (Some("2"), "Zoom Out 2x"),
        (Some("2.0000001"), "Zoom Out 2x"),
        (Some("10"), "Zoom Out 2x"),
        (None, "Zoom Out 2x"),
    ] {
        let mut args = vec!["zoom", PARENT, "--dry-run", "--json"];
        args.extend(ratio.iter().flat_map(|ratio| ["--zoom-ratio", ratio]));
        let object = zoomout(&args).json();
        assert_eq!(object["tier"], tier, "{ratio:?}");
        assert_eq!(object["body"].get("zoom_ratio").is_some(), ratio.is_some(), "{ratio:?}");
    }
}

#[test]
fn bad_input_is_refused_by_name_and_costs_nothing() {
    for (args, field) in [
        (vec!["zoom", PARENT, "--zoom-ratio", "0"], "zoom_ratio"),
        (vec!["zoom", PARENT, "--zoom-ratio", "-1.5"], "zoom_ratio"),
        (vec!["zoom", PARENT, "--zoom-ratio", "NaN"], "zoom_ratio"),
        (vec!["zoom", PARENT, "--zoom-ratio", "inf"], "zoom_ratio"),
        (vec!["zoom", PARENT, "--zoom-ratio", "-inf"], "zoom_ratio"),
        (vec!["zoom", PARENT, "--index", "0"], "index"),
        (vec!["zoom", PARENT, "--index", "5"], "index"),
        (vec!["upscale", PARENT, "--index", "5"], "index"),
        (vec!["upscale", PARENT], "index"),
        (vec!["zoom", PARENT, "--speed", "warp"], "speed"),
        (vec!["zoom", PARENT, "--metadata", "[1]"], "metadata"),
        (vec!["zoom", PARENT, "--metadata", "{"], "metadata"),
        (vec!["zoom", "task\n1"], "task_id"),
        (vec!["zoom", ".."], "task_id"),
        (vec!["zoom", PARENT, "--zoom-ratio", "2", "--custom-id", "MJ::x"], "custom_id"),
        (vec!["zoom", PARENT, "--base-url", "http://api.example"], "base_url"),
        (vec!["zoom", PARENT, "--time-scale", "2"], "time_scale"),
        (vec!["zoom", PARENT, "--timeout", "0", "--api-key", "sk-x"], "timeout"),
        (vec!["zoom", PARENT, "--call-timeout", "-1", "--api-key", "sk-x"], "call_timeout"),
        (vec!["zoom", PARENT, "--api-key-file", "/no/such/file"], "api_key_file"),
        (vec!["zoom", PARENT], "api_key"),
        (vec!["zoom", "task_a", "task_b", "--custom-id", "MJ::x"], "custom_id"),
        (vec!["upscale", PARENT, "--index", "1", "--custom-id", "MJ::x"], "custom_id"),
        (vec!["zoom", PARENT, "--index", "1", "--custom-id", "MJ::x"], "custom_id"),
        (vec!["zoom", "task_a", "task_b", "-o", "-"], "output"),
    ] {
        let ran = zoomout(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {ran:?}");
        let (first, rest) = ran.stderr.trim_start_matches(|c| c != 'e').split_once('\n').unwrap();
        let first = if first.starts_with("error: ") { first } else { rest.lines().next().unwrap() };
        assert!(first.starts_with(&format!("error: {field} ")), "{args:?}: {first}");
        assert!(ran.stderr.contains("billed:  no"), "{args:?}: {ran:?}");

        let with_json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let error = zoomout(&with_json).json()["error"].clone();
        assert_eq!((&error["kind"], &error["billed"]), (&json!("invalid"), &json!("no")), "{args:?}");
        assert_eq!(error["field"], field, "{args:?}: {error}");
    }
}

#[test]
fn arguments_that_make_no_sense_are_explained_in_both_forms() {
    let ran = zoomout(&["zoom", PARENT, "--zoom-ratio", "wide"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("'wide' for '--zoom-ratio"), "{ran:?}");
    let error = zoomout(&["zoom", "--json"]).json()["error"].clone();
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("required arguments were not provided: <TASK_ID>..."), "{message}");
    assert_eq!(zoomout(&["--version"]).stdout, format!("zoomout {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_has_examples_for_every_command_and_every_shell_has_completions() {
    for name in ["demo", "zoom", "upscale", "wait", "task", "buttons", "emulator", "completions", "man"] {
        let ran = zoomout(&[name, "--help"]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains(&format!("zoomout {name}")) && ran.stdout.contains("Example"), "{name}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = zoomout(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.contains("zoom-ratio"), "{shell}: {ran:?}");
    }
    let bash = zoomout(&["completions", "bash"]);
    assert!(bash.stdout.contains("relax fast turbo"), "the speeds are offered");
    assert!(zoomout(&["zoom", "--help"]).stdout.contains("[possible values: relax, fast, turbo]"));
}

#[test]
fn there_is_a_manual_for_the_whole_and_for_each_command() {
    let whole = zoomout(&["man"]);
    assert!(whole.code == 0 && whole.stdout.contains(".TH zoomout 1"), "{whole:?}");
    let zoom = zoomout(&["man", "zoom"]);
    assert!(zoom.code == 0 && zoom.stdout.contains("zoom\\-ratio"), "{zoom:?}");
    let none = zoomout(&["man", "moon"]);
    assert!(none.code == 2 && none.stderr.contains("command moon does not exist"), "{none:?}");
}

#[test]
fn a_server_is_refused_where_there_is_none_but_an_emulator() {
    for command in ["demo", "emulator"] {
        for (option, field) in
            [("--api-key-file", "api_key_file"), ("--api-key", "api_key"), ("--base-url", "base_url")]
        {
            let ran = zoomout(&[command, option, "http://127.0.0.1:9"]);
            assert_eq!(ran.code, 2, "{ran:?}");
            assert!(ran.stderr.contains(&format!("error: {field} means nothing here")), "{ran:?}");
        }
    }
}

#[test]
fn a_tile_in_a_hurry_is_warned_about() {
    let tile = ["upscale", PARENT, "--index", "2", "--dry-run", "--speed"];
    for (speed, warned) in [("turbo", true), ("fast", true), ("relax", false)] {
        let ran = zoomout(&[&tile[..], &[speed]].concat());
        assert_eq!((ran.code, ran.stderr.contains("makes it no faster")), (0, warned), "{ran:?}");
    }
    let button = zoomout(&["upscale", PARENT, "--custom-id", "MJ::x", "--speed", "turbo", "--dry-run"]);
    assert_eq!((button.code, button.stderr.as_str()), (0, ""), "a button may stand for real work");
}

#[test]
fn a_key_file_may_end_in_a_line_break() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "sk-MARK").unwrap();
    let path = file.path().to_str().unwrap();
    // The key is good, so the next thing that is missing is a server.
    let args =
        ["task", PARENT, "--api-key-file", path, "--base-url", "http://127.0.0.1:9", "--timeout", "0.1"];
    let ran = zoomout(&args);
    assert_eq!(ran.code, 6, "{ran:?}");
    let refused = command(&["task", PARENT]).env("APIMART_API_KEY", "sk MARK").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&refused.stderr).contains("MARK"));
}
