//! How a batch stands: how many rows are where, how fast they come, and how long the rest will take.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use zoomout_batch::RowState;

use crate::output::Output;

/// So often a line is printed where there is no bar.
const PAUSE: Duration = Duration::from_secs(10);

/// How a batch stands.
pub(crate) struct Counts {
    output: Output,
    bar: Option<ProgressBar>,
    rows: u64,
    under_way: u64,
    ended: [u64; RowState::ALL.len()],
    begun: Instant,
    told: Instant,
    /// What was there before this run takes no time, and says nothing of its rate.
    before: u64,
}

impl Counts {
    pub(crate) fn new(output: &Output, rows: u64) -> Self {
        let bar = (!output.quiet && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(rows);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len}  {msg}") {
                bar.set_style(style);
            }
            output.use_bar(bar.clone());
            bar
        });
        let now = Instant::now();
        Self {
            output: output.clone(),
            bar,
            rows,
            under_way: 0,
            ended: [0; RowState::ALL.len()],
            begun: now,
            told: now,
            before: 0,
        }
    }

    pub(crate) fn begins(&mut self) {
        self.under_way += 1;
    }

    /// A row that was there before has ended at once.
    pub(crate) fn was_there(&mut self, state: RowState) {
        self.before += 1;
        self.count(state);
    }

    pub(crate) fn ends(&mut self, state: RowState) {
        self.under_way = self.under_way.saturating_sub(1);
        self.count(state);
    }

    fn count(&mut self, state: RowState) {
        for (known, count) in RowState::ALL.iter().zip(&mut self.ended) {
            *count += u64::from(*known == state);
        }
        self.show(false);
    }

    pub(crate) fn of(&self, state: RowState) -> u64 {
        RowState::ALL
            .iter()
            .zip(self.ended)
            .filter(|(known, _)| **known == state)
            .map(|(_, count)| count)
            .sum()
    }

    fn over(&self) -> u64 {
        self.ended.iter().sum()
    }

    /// Shows how it stands; where there is no bar, now and then.
    pub(crate) fn show(&mut self, at_once: bool) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.over());
            bar.set_message(self.to_string());
        } else if at_once || self.told.elapsed() >= PAUSE {
            self.told = Instant::now();
            self.output.tell(&format!("{} of {} rows: {self}", self.over(), self.rows));
        }
    }

    /// How long the rest takes, if it goes on like this.
    fn time_left(&self) -> Option<Duration> {
        let done = u32::try_from(self.over().saturating_sub(self.before)).ok().filter(|done| *done >= 3)?;
        let left = u32::try_from(self.rows.saturating_sub(self.over())).ok().filter(|left| *left > 0)?;
        self.begun.elapsed().checked_mul(left).map(|span| span / done)
    }
}

/// By state, with the rate and the time left.
impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} done", self.of(RowState::Done))?;
        if self.under_way > 0 {
            write!(f, ", {} under way", self.under_way)?;
        }
        for state in RowState::ALL.into_iter().filter(|state| *state != RowState::Done) {
            match self.of(state) {
                0 => {}
                count => write!(f, ", {count} {}", state.as_str())?,
            }
        }
        if let Some(left) = self.time_left() {
            let done = self.over().saturating_sub(self.before);
            #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = done as f64 * 60.0 / self.begun.elapsed().as_secs_f64();
            write!(f, "; {rate:.0} a minute, {} left", span(left))?;
        }
        Ok(())
    }
}

fn span(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..90 => format!("{seconds} s"),
        seconds @ 90..5_400 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;

    #[test]
    fn every_state_is_counted() {
        let mut counts = Counts::new(&Output::new(false, true, Known::default()), 10);
        counts.was_there(RowState::Done);
        for state in [RowState::Done, RowState::Failed, RowState::Unconfirmed] {
            counts.begins();
            counts.ends(state);
        }
        counts.begins();
        let text = counts.to_string();
        assert!(text.starts_with("2 done, 1 under way, 1 failed, 1 unconfirmed; "), "{text}");
        assert_eq!(span(Duration::from_secs(100)), "2 min");
        assert_eq!(span(Duration::from_secs(7_260)), "2 h 1 min");
    }
}
