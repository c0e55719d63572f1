//! A report to look at: `cargo run -p zoomout-batch --example report -- FOLDER [ROWS]`.
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zoomout_batch::{REPORT, Report, ReportRow, RowResult, RowState, Usd};
use zoomout_core::{TaskId, Tier};

/// Where the pictures are that the README shows.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/demo");

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("which folder?")?);
    let rows: u64 = args.next().map_or(Ok(24), |rows| rows.parse())?;
    fs::create_dir_all(&folder)?;
    for name in ["parent.png", "zoomed-1.5x.png", "zoomed-2x.png"] {
        fs::copy(Path::new(PICTURES).join(name), folder.join(name))?;
    }
    let report = Report {
        name: "/srv/pictures/alps".to_owned(),
        made: "21 September 2026, 14:05 UTC".to_owned(),
        note: Some(
            "Stopped by Ctrl-C. The same command goes on: zoomout batch alps.jsonl --out /srv/pictures/alps"
                .to_owned(),
        ),
    };
    let path = folder.join(REPORT);
    report.write(&path, (1..=rows).map(row))?;
    println!("{}", path.display());
    Ok(())
}

/// Rows in every state, most of them done.
fn row(line: u64) -> ReportRow {
    let state = match line % 24 {
        4 => RowState::Unconfirmed,
        6 => RowState::Failed,
        9 => RowState::Accepted,
        11 => RowState::Refused,
        20.. => RowState::Unsent,
        _ => RowState::Done,
    };
    let tier = if line.is_multiple_of(3) { Tier::X1_5 } else { Tier::X2 };
    let picture = if tier == Tier::X2 { "zoomed-2x.png" } else { "zoomed-1.5x.png" };
    let pictures = match (state, line % 24) {
        (RowState::Done, 2) => vec![picture.to_owned(), "zoomed-1.5x.png".to_owned(), picture.to_owned()],
        (RowState::Done, 13) => vec!["deleted.png".to_owned()],
        (RowState::Done, _) => vec![picture.to_owned()],
        _ => Vec::new(),
    };
    let planned_cost: Option<Usd> = if line.is_multiple_of(7) { "0.1" } else { "0.05504" }.parse().ok();
    let is_charged = matches!(state, RowState::Done | RowState::Accepted);
    let task_id =
        (is_charged || state == RowState::Failed).then(|| TaskId::new(format!("task_01KQZ{line:021}")).ok());
    let result = RowResult {
        line,
        key: format!(
            "alps/{:032x}/0",
            u128::from(line).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        ),
        repeats: None,
        state,
        task_id: task_id.flatten(),
        parent: TaskId::new(format!("task_01KQW{line:021}")).ok(),
        tier: Some(tier),
        billing_key: if line.is_multiple_of(7) { "midjourney@zoom-turbo" } else { "midjourney@zoom" }
            .to_owned(),
        planned_cost,
        cost: planned_cost.filter(|_| is_charged && line % 24 != 9),
        output: None,
        paths: pictures.clone(),
        error: error(state),
    };
    let parent_picture =
        (!matches!(state, RowState::Unsent | RowState::Refused)).then(|| "parent.png".to_owned());
    let links = if is_charged { vec![format!("https://getapib.org/x/{line}.png")] } else { Vec::new() };
    ReportRow { result, parent_picture, pictures, links, next_step: None }
}

/// The objects that the command prints.
fn error(state: RowState) -> Option<Value> {
    let (kind, message, next_step) = match state {
        RowState::Done | RowState::Accepted => return None,
        RowState::Failed => (
            "task_failed",
            "the task failed: Invalid link. Could not fetch image",
            "read the reason; the server refunds a failed task; submit anew if wanted",
        ),
        RowState::Refused => (
            "refused",
            "the server refused the zoom: This action requires an upscaled task",
            "upscale one tile of the grid first, then zoom the task that the upscale returns",
        ),
        RowState::Unconfirmed => (
            "unconfirmed",
            "the connection was reset after the request had left; the submission may have been accepted",
            "look at the usage or balance of the account before submitting again, then tell: zoomout ledger resolve",
        ),
        RowState::Unsent => (
            "cancelled",
            "stopped before anything was sent",
            "nothing was charged; start again whenever wanted",
        ),
    };
    Some(json!({ "kind": kind, "message": message, "next_step": next_step }))
}
