//! The report in a real browser (Debian's package `chromium`): whatever the texts in it say, they are shown and do
//! nothing, and everything that a person can use works.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use zoomout_batch::{REPORT, Report, ReportRow, RowResult, RowState};
use zoomout_core::{TaskId, Tier};

const DRIVER: &str = include_str!("browser/drive.html");

/// Each would show that it ran.
const HOSTILE: [&str; 6] = [
    "<script>top.ran = ran = 1; document.title = 'ran'</script>",
    "</script><script>top.ran = ran = 1; document.title = 'ran'</script><!--",
    "<img src=x onerror=\"top.ran = ran = 1\">",
    "\"'><svg onload=\"top.ran = ran = 1\">",
    "\u{202e}gnp.exe\u{2066}\u{1b}[2J\u{7}\u{2028}\u{2029}",
    "<iframe srcdoc=\"<script>top.ran = 1</script>\"></iframe><style>body { display: none }</style>",
];

/// A row with a parent and a result beside the page.
fn row(line: u64, state: RowState) -> ReportRow {
    let is_done = state == RowState::Done;
    ReportRow {
        result: RowResult {
            line,
            key: format!("alps/{line}"),
            repeats: None,
            state,
            task_id: TaskId::new(format!("task_{line}")).ok(),
            parent: TaskId::new("task_parent").ok(),
            tier: Some(Tier::X2),
            billing_key: "midjourney@zoom".to_owned(),
            planned_cost: "0.05504".parse().ok(),
            cost: is_done.then(|| "0.05504".parse().unwrap()),
            output: None,
            paths: Vec::new(),
            error: None,
        },
        parent_picture: Some("parent.png".to_owned()),
        pictures: if is_done { vec!["day 1/#50%? é.png".to_owned()] } else { Vec::new() },
        links: Vec::new(),
        next_step: None,
    }
}

fn rows() -> Vec<ReportRow> {
    let mut rows = vec![row(1, RowState::Done), row(2, RowState::Done), row(3, RowState::Done)];
    rows[1].pictures.push("parent.png".to_owned());
    rows[2].pictures = vec!["deleted.png".to_owned()];
    rows[2].result.repeats = Some(1);
    for hostile in HOSTILE {
        let mut row = row(10, RowState::Failed);
        hostile.clone_into(&mut row.result.key);
        row.result.task_id = TaskId::new(hostile).ok();
        hostile.clone_into(&mut row.result.billing_key);
        row.result.error = Some(json!({ "message": hostile, hostile: hostile }));
        row.next_step = Some(hostile.to_owned());
        row.links = vec![hostile.to_owned()];
        row.pictures = vec![hostile.to_owned()];
        rows.push(row);
    }
    let mut led_away = row(20, RowState::Done);
    led_away.parent_picture = Some("https://example.com/parent.png".to_owned());
    led_away.pictures = [
        "javascript:top.ran=1",
        "data:image/svg+xml,<svg/>",
        "//example.com/a.png",
        "../a.png",
        "a/../../b.png",
        "/etc/passwd",
        "file:///etc/passwd",
        "\\\\host\\a.png",
        ".",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    led_away.links = [
        "javascript:top.ran=1",
        " javascript:top.ran=1",
        "JaVaScRiPt:top.ran=1",
        "data:text/html,<script>top.ran=1</script>",
        "file:///etc/passwd",
        "https://getapib.org/x/0.png",
        "blob:https://x/y",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    rows.push(led_away);
    let mut moderated = row(7_001, RowState::Refused);
    moderated.result.task_id = TaskId::new("task_7001").ok();
    moderated.result.error = Some(json!({ "message": "Moderation refused the prompt" }));
    rows.push(moderated);
    rows.push(row(7_002, RowState::Unconfirmed));
    rows
}

fn paint(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[128; 64]).unwrap();
}

fn write_report() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    paint(&folder.path().join("parent.png"));
    paint(&folder.path().join("day 1/#50%? é.png"));
    let report = Report { name: HOSTILE.concat(), made: HOSTILE[0].to_owned(), note: Some(HOSTILE.concat()) };
    report.write(&folder.path().join(REPORT), rows()).unwrap();
    folder
}

/// The page after its scripts have run, as HTML; nothing where there is no Chromium.
fn browse(page: &Path, flags: &[&str]) -> Option<String> {
    let output = chromium(page, &[&["--window-size=1280,900", "--dump-dom"], flags].concat())?;
    Some(String::from_utf8(output.stdout).unwrap())
}

fn chromium(page: &Path, flags: &[&str]) -> Option<Output> {
    let profile = tempfile::tempdir().unwrap();
    let mut address = "file://".to_owned();
    address.push_str(page.to_str().unwrap());
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let output = browsers.into_iter().find_map(|browser| {
        let mut command = Command::new(browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command
            .arg("--virtual-time-budget=10000")
            .args(flags)
            .arg(&address)
            .stderr(Stdio::null())
            .output()
            .ok()
    });
    if output.is_none() {
        println!("skipped: there is no Chromium to look at the report with (Debian's package is chromium)");
    }
    output
}

/// On a desk and on a phone: what is seen is as wide as the screen, and more than an empty page.
#[test]
fn it_is_seen_on_a_desk_and_on_a_phone() {
    let folder = write_report();
    for (name, wide, high) in [("desk", 1280, 900), ("phone", 390, 844)] {
        // For whoever wants to look.
        let shot = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}.png"));
        let size = format!("--window-size={wide},{high}");
        let flags = [size, format!("--screenshot={}", shot.display()), "--hide-scrollbars".to_owned()];
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        if chromium(&folder.path().join(REPORT), &flags).is_none() {
            return;
        }
        let mut reader = png::Decoder::new(BufReader::new(File::open(&shot).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (wide, high));
        let colors: BTreeSet<&[u8]> = pixels.chunks_exact(frame.color_type.samples()).collect();
        assert!(colors.len() > 50, "{name}: {} colors", colors.len());
    }
}

#[test]
fn hostile_texts_do_nothing_and_everything_works() {
    let folder = write_report();
    let driver = folder.path().join("drive.html");
    fs::write(&driver, DRIVER).unwrap();
    // So that one file may look into another, as a test does and no reader.
    let Some(page) = browse(&driver, &["--allow-file-access-from-files"]) else { return };
    let verdict = page.split("<pre id=\"verdict\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let seen: Value = serde_json::from_slice(&STANDARD.decode(verdict).unwrap()).unwrap();
    let title = seen["ran"][3].as_str().unwrap();
    assert!(title.starts_with("<script>top.ran") && title.ends_with(" · zoomout"), "{title}");
    insta::assert_json_snapshot!(seen, { ".ran[3]" => "[the title]" });
}

/// As a reader opens it: from disk, alone. Only pictures that are not there are missed.
#[test]
fn pictures_beside_the_page_are_shown() {
    let folder = write_report();
    let Some(page) = browse(&folder.path().join(REPORT), &[]) else { return };
    let missing = 6; // the deleted one, and five that hostile texts name
    assert_eq!(page.matches(">a picture is no longer here<").count(), missing);
    assert_eq!(page.matches("<article").count(), rows().len());
}

#[test]
fn a_report_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(REPORT);
    fs::write(&path, "the old one").unwrap();
    let report = Report { name: "alps".to_owned(), ..Report::default() };
    let breaking = (1..=2).map(|line| {
        assert_eq!(fs::read_to_string(&path).unwrap(), "the old one");
        row(line, RowState::Done)
    });
    report.write(&path, breaking).unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with("<!doctype html>"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(report.write(&folder.path().join("missing/report.html"), []).is_err());
}
