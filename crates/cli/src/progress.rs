//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use zoomout::{Event, Progress};

use crate::interrupt::Known;
use crate::output::Output;

/// Shows what a client's observer hears, and notes what must not be lost.
pub(crate) fn observer(output: &Output, known: &Known) -> impl Fn(&Event) + Send + Sync + 'static {
    let display = Display::new(output);
    let known = known.clone();
    move |event| {
        if let Event::Submitted(submission) = event {
            known.accepted(&submission.task_id);
        }
        display.show(event);
    }
}

enum Display {
    Quiet,
    Lines(Output),
    Bar(Output, ProgressBar),
}

impl Display {
    fn new(output: &Output) -> Self {
        if output.quiet {
            return Self::Quiet;
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
            (Self::Quiet, _) => {}
            (Self::Bar(_, bar), Event::Progress(progress)) => {
                begin(bar);
                bar.set_position(progress.percent.unwrap_or_default().into());
                bar.set_message(progress.status.to_string());
                if progress.status.is_final() {
                    bar.finish_and_clear();
                }
            }
            (Self::Bar(output, bar), Event::Submitted(_)) => {
                output.note(&line(event));
                bar.set_message("submitted");
                begin(bar);
            }
            (Self::Bar(output, _) | Self::Lines(output), event) => output.note(&line(event)),
        }
    }
}

/// Shows the bar, from its beginning if it had ended.
fn begin(bar: &ProgressBar) {
    if bar.is_finished() {
        bar.reset();
        bar.enable_steady_tick(Duration::from_millis(120));
    }
}

fn line(event: &Event) -> String {
    match event {
        Event::Submitted(submission) => format!("accepted: {}", submission.task_id),
        Event::Progress(Progress { status, percent: Some(percent), .. }) => format!("{status} {percent}%"),
        Event::Progress(progress) => progress.status.to_string(),
        Event::Retrying(retry) => {
            format!(
                "{}; the {} is repeated in {:.0} s",
                retry.reason,
                retry.attempt,
                retry.after.as_secs_f64()
            )
        }
        other => format!("{other:?}"),
    }
}

/// Progress of several zooms: how many are done, and a line for what must not be lost.
#[derive(Clone)]
pub(crate) struct Crowd {
    output: Output,
    parents: Arc<[String]>,
    bar: Option<ProgressBar>,
}

impl Crowd {
    pub(crate) fn new(output: &Output, parents: Vec<String>) -> Self {
        let bar = (!output.quiet && stderr().is_terminal()).then(|| {
            let count = u64::try_from(parents.len()).unwrap_or(u64::MAX);
            let bar = ProgressBar::new(count);
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {bar:30} {pos} of {len} done  {elapsed}")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            output.use_bar(bar.clone());
            bar
        });
        Self { output: output.clone(), parents: parents.into(), bar }
    }

    /// Shows what happened to one of them.
    pub(crate) fn show(&self, index: usize, event: &Event) {
        // The steps of each would drown what matters.
        if let (Some(parent), false) = (self.parents.get(index), matches!(event, Event::Progress(_))) {
            self.output.tell(&format!("{parent}: {}", line(event)));
        }
    }

    /// One more has ended.
    pub(crate) fn finished(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}
