//! Whole runs against the emulator inside the command.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::zoomout;
use crate::pixels::Pixels;

const UPSCALED: &str = "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R";
const GRID: &str = "task_01KQGR1D0000000000000000AA";
const RUNNING: &str = "task_01KQRVNN1NG00000000000000A";
const FAILED: &str = "task_01KQFA11ED000000000000000A";
const FOREIGN: &str = "task_01KQF0RE1GN00000000000000A";

/// Runs the command in very fast time.
fn emulated(args: &[&str]) -> crate::command::Ran {
    let all: Vec<&str> = ["--emulator", "--time-scale", "600"].iter().chain(args).copied().collect();
    zoomout(&all)
}

#[test]
fn the_middle_of_a_zoom_is_its_parent_scaled() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let parent = path("parent.png");
    assert_eq!(emulated(&["wait", UPSCALED, "-o", parent.to_str().unwrap()]).code, 0);
    let parent = Pixels::read(&parent);
    for (name, ratio, tier, inner) in [
        ("wide.png", &["--zoom-ratio", "1.5", "--speed", "fast"][..], "Zoom Out 1.5x", parent.side * 3 / 4),
        ("wider.png", &[][..], "Zoom Out 2x", parent.side / 2),
    ] {
        let wide = path(name);
        let mut args = vec!["zoom", UPSCALED, "--json", "-o", wide.to_str().unwrap()];
        args.extend(ratio);
        let ran = emulated(&args);
        let task = ran.json();
        assert_eq!(
            (ran.code, &task["tier"], &task["status"]),
            (0, &json!(tier), &json!("completed")),
            "{ran:?}"
        );
        assert_eq!(task["images"][0]["path"], wide.to_str().unwrap());

        let wide = Pixels::read(&wide);
        assert_eq!(wide.side, parent.side);
        let scaled = wide.middle(inner).difference(&parent);
        assert!(scaled < 1.0, "{name}: the middle differs from its parent by {scaled}");
        // The measure can tell: at any other scale, the middle is another picture.
        for wrong in [inner * 9 / 10, inner * 11 / 10, parent.side] {
            let other = wide.middle(wrong).difference(&parent);
            assert!(other > 4.0 * scaled.max(0.5), "{name}: a middle of {wrong} differs only by {other}");
        }
    }
}

#[test]
fn the_demo_leaves_three_pictures_and_tells_the_story() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("pictures");
    let ran = zoomout(&["demo", "--time-scale", "600", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for name in ["parent.png", "zoomed-1.5x.png", "zoomed-2x.png"] {
        assert!(ran.stdout.contains(out.join(name).to_str().unwrap()), "{name}: {ran:?}");
        Pixels::read(&out.join(name));
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    for words in [
        "upscale tile 1 of the grid task_01KQGR1D0000000000000000AA",
        "with zoom_ratio 1.5, speed fast",
        "tier     Zoom Out 1.5x",
        "tier     Zoom Out 2x",
        "billed   midjourney@upscale",
        "billed   midjourney@zoom-fast",
        "0.16512 USD",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("completed 100%"), "{}", ran.stderr);

    let told = zoomout(&["demo", "--time-scale", "600", "--out", out.to_str().unwrap(), "--json", "-q"]);
    assert_eq!((told.code, told.stderr.as_str()), (0, ""));
    let object = told.json();
    assert_eq!(object["tasks"].as_array().unwrap().len(), 3);
    assert_eq!(object["bill"]["total_usd"], 0.16512);
    assert_eq!(object["bill"]["lines"][1]["billing_key"], "midjourney@zoom-fast");
}

#[test]
fn a_grid_ends_with_the_servers_words_and_the_command_that_helps() {
    let ran = emulated(&["zoom", GRID]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for words in [
        "This action requires an upscaled task",
        "billed:  no",
        "upscale one tile of the grid first",
        "zoomout --emulator --time-scale 600 buttons task_01KQGR1D0000000000000000AA",
        "zoomout --emulator --time-scale 600 upscale task_01KQGR1D0000000000000000AA --index <1-4>",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let error = emulated(&["zoom", GRID, "--json"]).json()["error"].clone();
    assert_eq!(
        (&error["kind"], &error["billed"], &error["status"]),
        (&json!("refused"), &json!("no"), &json!(400))
    );
    // What costs money is the user's choice; what shows the choice is free.
    let next = error["next_command"].as_str().unwrap();
    assert_eq!(next, "zoomout --emulator --time-scale 600 buttons task_01KQGR1D0000000000000000AA");
    assert_eq!(error["next_commands"][0], next);
    assert!(error["next_commands"][1].as_str().unwrap().ends_with("--index <1-4>"));
    let words: Vec<&str> = next.split(' ').skip(1).collect();
    let shown = zoomout(&words);
    assert_eq!(shown.code, 0, "the command that was advised works");
    assert!(shown.stdout.contains("\ngrid: http://"), "{shown:?}");
}

#[test]
fn a_task_has_all_its_members_in_json() {
    let task =
        emulated(&["zoom", UPSCALED, "--speed", "turbo", "--metadata", r#"{"row":7}"#, "--json"]).json();
    let names: Vec<&String> = task.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "actual_time",
            "billing_key",
            "completed",
            "cost",
            "created",
            "credits_cost",
            "error",
            "estimated_time",
            "grid_image_url",
            "images",
            "progress",
            "status",
            "task_id",
            "tier"
        ]
    );
    assert_eq!((&task["cost"], &task["credits_cost"]), (&json!(0.1), &json!(1.0)));
    assert_eq!(task["billing_key"], "midjourney@zoom-turbo");
    let image = task["images"][0].as_object().unwrap();
    assert!(image["url"].is_string() && image["expires_at"].is_u64() && image["path"].is_null());

    let submitted = emulated(&["zoom", UPSCALED, "--no-wait", "--json"]).json();
    let names: Vec<&String> = submitted.as_object().unwrap().keys().collect();
    assert_eq!(names, ["billing_key", "status", "task_id", "tier"]);
}

#[test]
fn a_task_that_failed_or_is_not_ours_is_told_apart() {
    let ran = emulated(&["wait", FAILED]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("No available upstream") && ran.stderr.contains(FAILED), "{ran:?}");
    let looked = emulated(&["task", FAILED, "--json"]);
    assert_eq!((looked.code, &looked.json()["status"]), (0, &json!("failed")), "a look is not a failure");
    let foreign = emulated(&["wait", FOREIGN, "--json"]);
    assert_eq!((foreign.code, &foreign.json()["error"]["status"]), (3, &json!(403)));
    let late = emulated(&["wait", RUNNING, "--timeout", "30", "--json"]);
    let error = late.json()["error"].clone();
    assert_eq!(
        (late.code, &error["billed"], &error["task_id"]),
        (5, &json!("yes"), &json!(RUNNING)),
        "{late:?}"
    );
}

#[test]
fn buttons_are_listed_and_can_be_pressed() {
    let listed = emulated(&["buttons", UPSCALED]);
    assert_eq!(listed.code, 0);
    assert!(listed.stdout.contains("Zoom Out 1.5×  MJ::Outpaint::75::1::"), "{listed:?}");
    let object = emulated(&["buttons", UPSCALED, "--json"]).json();
    let buttons = object["buttons"].as_array().unwrap();
    let zooms: Vec<&Value> = buttons.iter().filter(|button| !button["tier"].is_null()).collect();
    let tiers: Vec<&Value> = zooms.iter().map(|button| &button["tier"]).collect();
    // A button that asks for a value has none.
    assert_eq!(tiers, [&json!("Zoom Out 2x"), &json!("Zoom Out 1.5x")]);
    let custom_id = zooms[1]["custom_id"].as_str().unwrap();
    let pressed = emulated(&["zoom", UPSCALED, "--custom-id", custom_id, "--json"]);
    assert_eq!((pressed.code, &pressed.json()["status"]), (0, &json!("completed")));
}

#[test]
fn a_typing_error_in_a_path_shows_before_money_is_spent() {
    let folder = TempDir::new().unwrap();
    let nowhere = folder.path().join("no/such/folder/x.png");
    let ran = emulated(&["zoom", UPSCALED, "-o", nowhere.to_str().unwrap()]);
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(ran.stderr.contains("billed:  no") && !ran.stderr.contains("accepted"), "{ran:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_name_that_no_file_can_have_shows_before_money_is_spent() {
    let folder = TempDir::new().unwrap();
    let long = folder.path().join("x".repeat(300) + ".png");
    let ran = emulated(&["zoom", UPSCALED, "-o", long.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("billed:  no") && !ran.stderr.contains("accepted"), "{ran:?}");
}

#[test]
fn a_bad_script_of_faults_is_explained() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("faults.json");
    fs::write(&path, r#"{"faults":[{"on":"moon","fault":{"kind":"reset"}}]}"#).unwrap();
    let ran = zoomout(&["emulator", "--faults", path.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("faults in ") && ran.stderr.contains("moon"), "{ran:?}");
}
