//! `demo`: the whole story against an emulator of its own.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zoomout::{ErrorKind, Index, Limits, Speed, Task, TaskId, Upscale, Zoom, ZoomRatio};
use zoomout_emulator::{Bill, Seed};

use crate::failure::Failure;
use crate::json::{self, Terms};
use crate::known::Known;
use crate::output::Output;
use crate::session::{Session, Tools};

/// One step of the story.
struct Step {
    asked: String,
    terms: Terms,
    task: Task,
    saved: Vec<PathBuf>,
}

pub(crate) fn run(tools: &Tools<'_>, folder: &Path) -> Result<(), Failure> {
    tools.global.refuse_server()?;
    let output = tools.output;
    fs::create_dir_all(folder).map_err(|error| {
        let message = format!("{} cannot be made", folder.display());
        tools.known.error(ErrorKind::Storage, &message).caused_by(&error)
    })?;
    // What happens in the demo costs nothing, so it is nothing that the command would have to answer for.
    let tools = Tools { known: &Known::default(), ..*tools };
    let session = Session::emulated(&tools, Limits::default())?;
    let Some(server) = session.emulator() else { return Ok(()) };
    output.tell(&format!("An emulated API is at {}: no key, no network, no cost.", server.url()));
    let steps = play(&session, output, folder)?;
    let bill = server.bill();
    output.result(|| object(&steps, &bill), || story(&steps, &bill));
    Ok(())
}

fn play(session: &Session<'_>, output: &Output, folder: &Path) -> Result<Vec<Step>, Failure> {
    let client = &session.client;
    // What `imagine` makes, and what must be upscaled before a zoom.
    let grid = TaskId::new(Seed::GRID.task_id)?;
    let upscale = Upscale::by_index(grid.clone(), Index::new(1)?);
    let asked = format!("upscale tile 1 of the grid {grid}");
    output.tell(&format!("\n{asked}"));
    let terms = Terms::of(&upscale.clone().into());
    let parent = client.upscale(&upscale)?;
    let saved = client.download(&parent, folder.join("parent.png"))?;
    let picture = parent.task_id.clone();
    let mut steps = vec![Step { asked, terms, task: parent, saved }];
    for (ratio, file) in [(1.5, "zoomed-1.5x.png"), (2.0, "zoomed-2x.png")] {
        let zoom = Zoom::by_ratio(picture.clone(), Some(ZoomRatio::new(ratio)?)).speed(Speed::Fast);
        let asked = format!("zoom {picture} with zoom_ratio {ratio}, speed fast");
        output.tell(&format!("\n{asked}"));
        let terms = Terms::of(&zoom.clone().into());
        let task = client.zoom(&zoom)?;
        let saved = client.download(&task, folder.join(file))?;
        steps.push(Step { asked, terms, task, saved });
    }
    Ok(steps)
}

fn story(steps: &[Step], bill: &Bill) -> String {
    let mut text = String::new();
    for step in steps {
        let _ = writeln!(text, "\nasked    {}", step.asked);
        if let Some(tier) = step.terms.tier {
            let _ = writeln!(text, "tier     {tier}");
        }
        if let Some(key) = step.terms.billing_key {
            let _ = writeln!(text, "billed   {key}");
        }
        let _ = writeln!(text, "task     {}", step.task.task_id);
        for path in &step.saved {
            let _ = writeln!(text, "picture  {}", path.display());
        }
    }
    text.push_str("\nThe bill:\n");
    for line in &bill.lines {
        let _ = writeln!(text, "  {}  {:<22} {:.5} USD", line.task_id, line.billing_key, line.usd.dollars());
    }
    let _ =
        write!(text, "  {:<54} {:.5} USD (emulated: nothing was charged)", "total", bill.total_usd.dollars());
    text
}

fn object(steps: &[Step], bill: &Bill) -> Value {
    let tasks = steps.iter().map(|step| {
        let mut task = json::task(&step.task, step.terms, &step.saved);
        if let Some(members) = task.as_object_mut() {
            members.insert("asked".to_owned(), json!(step.asked));
        }
        task
    });
    json!({ "tasks": tasks.collect::<Vec<_>>(), "bill": bill })
}
