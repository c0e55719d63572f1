//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
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
