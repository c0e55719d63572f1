//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use zoomout::{Attempt, Event, Progress, Unrecorded};

use crate::fit;
use crate::known::Known;
use crate::output::Output;

/// So often a bar is drawn anew.
const TICK: Duration = Duration::from_millis(120);

/// Shows what a client's observer hears, and notes what must not be lost.
pub(crate) fn observer(output: &Output, known: &Known) -> impl Fn(&Event) + Send + Sync + 'static {
    let display = Display::new(output);
    let known = known.clone();
    move |event| {
        known.hear(event);
        display.show(event);
    }
}

enum Display {
    Quiet(Output),
    Lines(Output),
    Bar(Output, ProgressBar),
}

impl Display {
    fn new(output: &Output) -> Self {
        if output.quiet {
            return Self::Quiet(output.clone());
        }
        if !stderr().is_terminal() {
            return Self::Lines(output.clone());
        }
        let bar = ProgressBar::new(100);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {percent:>3}%  {msg}  {elapsed}")
        {
            bar.set_style(style);
        }
        // Nothing is shown before there is something to show.
        bar.finish_and_clear();
        output.use_bar(bar.clone());
        Self::Bar(output.clone(), bar)
    }

    fn show(&self, event: &Event) {
        match (self, event) {
            (Self::Quiet(output) | Self::Lines(output), Event::Submitted(submission)) => {
                output.accepted(&submission.task_id);
            }
            (Self::Quiet(output), Event::Unrecorded(unrecorded)) => output.note(&unrecorded_line(unrecorded)),
            (Self::Quiet(_), _) => {}
            (Self::Bar(_, bar), Event::Progress(progress)) => {
                begin(bar);
                bar.set_position(progress.percent.unwrap_or_default().into());
                bar.set_message(fit::words(&progress.status));
                if progress.status.is_final() {
                    bar.finish_and_clear();
                }
            }
            (Self::Bar(output, bar), Event::Submitted(submission)) => {
                output.accepted(&submission.task_id);
                bar.set_message("submitted");
                begin(bar);
            }
            (Self::Bar(output, _) | Self::Lines(output), event) => output.note(&line(event)),
        }
    }
}

/// What no ledger knows, the user must.
fn unrecorded_line(unrecorded: &Unrecorded) -> String {
    let task =
        unrecorded.task_id.as_ref().map(|task_id| format!(" of {}", fit::exact(task_id))).unwrap_or_default();
    format!("warning: the record{task} could not be written: {}", fit::words(&unrecorded.problem))
}

/// Shows the bar, from its beginning if it had ended.
fn begin(bar: &ProgressBar) {
    if bar.is_finished() {
        bar.reset();
        animate(bar);
    }
}

/// Draws the bar again and again until it has ended. Where no thread is left, it stands still between events.
fn animate(bar: &ProgressBar) {
    let weak = bar.downgrade();
    let draw = move || {
        while let Some(bar) = weak.upgrade().filter(|bar| !bar.is_finished()) {
            bar.tick();
            drop(bar);
            thread::sleep(TICK);
        }
    };
    drop(thread::Builder::new().name("progress".to_owned()).spawn(draw));
}

fn line(event: &Event) -> String {
    match event {
        Event::Submitted(submission) => format!("accepted: {}", fit::exact(&submission.task_id)),
        Event::Resumed(resumed) => {
            format!("submitted before, and not again: going on with {}", fit::exact(&resumed.task_id))
        }
        Event::Unrecorded(unrecorded) => unrecorded_line(unrecorded),
        Event::Progress(Progress { status, percent: Some(percent), .. }) => {
            format!("{} {percent}%", fit::words(status))
        }
        Event::Progress(progress) => fit::words(&progress.status),
        Event::Retrying(retry) => {
            format!(
                "{}; the {} is repeated in {:.0} s",
                fit::words(&retry.reason),
                retry.attempt,
                retry.after.as_secs_f64()
            )
        }
        other => format!("{other:?}"),
    }
}

/// What is told of one of very many: neither its steps nor what its result says anyhow.
pub(crate) fn of_row(event: &Event) -> Option<String> {
    match event {
        Event::Submitted(_) | Event::Progress(_) => None,
        // Looks are repeated in silence.
        Event::Retrying(retry) if retry.attempt != Attempt::Submission => None,
        event => Some(line(event)),
    }
}

/// Progress of several zooms: how many are done, and a line for what must not be lost.
#[derive(Clone)]
pub(crate) struct Crowd {
    output: Output,
    known: Known,
    parents: Arc<[String]>,
    bar: Option<ProgressBar>,
}

impl Crowd {
    pub(crate) fn new(output: &Output, known: &Known, parents: Vec<String>) -> Self {
        let bar = (!output.quiet && stderr().is_terminal()).then(|| {
            let count = u64::try_from(parents.len()).unwrap_or(u64::MAX);
            let bar = ProgressBar::new(count);
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {bar:30} {pos} of {len} done  {elapsed}")
            {
                bar.set_style(style);
            }
            animate(&bar);
            output.use_bar(bar.clone());
            bar
        });
        Self { output: output.clone(), known: known.clone(), parents: parents.into(), bar }
    }

    /// Shows what happened to one of them.
    pub(crate) fn show(&self, index: usize, event: &Event) {
        self.known.hear(event);
        let Some(parent) = self.parents.get(index) else { return };
        let text = format!("{}: {}", fit::exact(parent), line(event));
        match event {
            // The steps of each would drown what matters.
            Event::Progress(_) => {}
            Event::Unrecorded(_) => self.output.note(&text),
            Event::Submitted(_) if self.output.lost(|_| ()).is_some() => self.output.note(&text),
            _ => self.output.tell(&text),
        }
    }

    /// One more has ended.
    pub(crate) fn finished(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}
