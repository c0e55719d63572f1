//! A task and its life: what it is at any moment follows from when it was created.

use std::time::Duration;

use crate::picture::Picture;
use crate::price::Usd;
use crate::time::Millis;

/// A task that is not done by then fails and is refunded; a MODAL one is cancelled and refunded.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// Records are kept for three days.
const RETENTION: Duration = Duration::from_secs(3 * 24 * 3600);
/// Links to pictures live for a day.
const LINK_LIFE: Duration = Duration::from_secs(24 * 3600);

/// What made the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Imagine,
    Upscale,
    Zoom,
}

impl Action {
    /// The word of the Midjourney-style query.
    pub(crate) fn upper(self) -> &'static str {
        match self {
            Self::Imagine => "IMAGINE",
            Self::Upscale => "UPSCALE",
            Self::Zoom => "ZOOM",
        }
    }

    /// The word of billing keys.
    pub(crate) fn lower(self) -> &'static str {
        match self {
            Self::Imagine => "imagine",
            Self::Upscale => "upscale",
            Self::Zoom => "zoom",
        }
    }
}

/// Whose task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Caller,
    SomebodyElse,
}

/// How the task will end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    #[default]
    Succeeds,
    /// Fails half-way, for this reason.
    Fails(String),
    /// Never gets done, until the server's own limit.
    TimesOut,
    /// Waits for a mask that nobody sends.
    Modal {
        /// Whether the unified query calls it processing: no page says how it shows there (14.26).
        hidden: bool,
    },
    /// Cancelled half-way.
    Cancelled,
}

/// The pictures of a finished task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Single(Picture),
    Grid([Picture; 4]),
}

impl Content {
    /// The pictures one by one.
    pub(crate) fn pictures(&self) -> &[Picture] {
        match self {
            Self::Single(picture) => std::slice::from_ref(picture),
            Self::Grid(tiles) => tiles,
        }
    }

    /// The two-by-two picture, if the task has one.
    pub(crate) fn grid(&self) -> Option<Picture> {
        match self {
            Self::Single(_) => None,
            Self::Grid(tiles) => Some(Picture::Grid(tiles.clone().map(Box::new))),
        }
    }
}

/// Where in its life a task is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    NotStarted,
    Queued,
    Running { percent: u64 },
    Modal { hidden: bool },
    Success { at: Millis },
    Failure { at: Millis, reason: String },
    Cancelled { at: Millis },
}

impl Stage {
    /// Whether the money went back.
    pub(crate) fn is_refunded(&self) -> bool {
        matches!(self, Self::Failure { .. } | Self::Cancelled { .. })
    }
}

/// A task from its creation on.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) action: Action,
    pub(crate) owner: Owner,
    pub(crate) created: Millis,
    /// How long the work takes.
    pub(crate) duration: Duration,
    pub(crate) ending: Ending,
    pub(crate) content: Content,
    pub(crate) cost: Usd,
}

impl Task {
    /// What the task is at this moment.
    pub(crate) fn stage(&self, now: Millis) -> Stage {
        let half = self.created.after(self.duration / 2);
        let end = self.created.after(self.duration);
        let limit = self.created.after(TIMEOUT);
        match &self.ending {
            Ending::Succeeds if now >= end => Stage::Success { at: end },
            Ending::Fails(reason) if now >= half => Stage::Failure { at: half, reason: reason.clone() },
            Ending::Cancelled if now >= half => Stage::Cancelled { at: half },
            Ending::TimesOut if now >= limit => {
                Stage::Failure { at: limit, reason: "Task timeout".to_owned() }
            }
            Ending::Modal { .. } if now >= limit => Stage::Cancelled { at: limit },
            ending => match (self.percent(now), ending) {
                (0..2, _) => Stage::NotStarted,
                (2..10, _) => Stage::Queued,
                (15.., Ending::Modal { hidden }) => Stage::Modal { hidden: *hidden },
                (percent, _) => Stage::Running { percent },
            },
        }
    }

    fn percent(&self, now: Millis) -> u64 {
        let (elapsed, whole) = (now.since(self.created).as_millis(), self.duration.as_millis().max(1));
        u64::try_from(elapsed.saturating_mul(100) / whole).unwrap_or(u64::MAX).min(99)
    }

    /// Whether the record is gone.
    pub(crate) fn is_forgotten(&self, now: Millis) -> bool {
        now.since(self.created) > RETENTION
    }

    /// When the links to its pictures end, given when it was done.
    pub(crate) fn links_end(done: Millis) -> Millis {
        done.after(LINK_LIFE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(ending: Ending) -> Task {
        Task {
            id: "task_x".to_owned(),
            action: Action::Zoom,
            owner: Owner::Caller,
            created: Millis(1_000_000),
            duration: Duration::from_secs(60),
            ending,
            content: Content::Single(Picture::Landscape { seed: 0 }),
            cost: Usd::default(),
        }
    }

    fn stages(ending: Ending, seconds: &[u64]) -> Vec<Stage> {
        let task = task(ending);
        seconds.iter().map(|&s| task.stage(task.created.after(Duration::from_secs(s)))).collect()
    }

    #[test]
    fn a_good_task_waits_runs_and_succeeds_for_good() {
        let done = Stage::Success { at: Millis(1_060_000) };
        assert_eq!(
            stages(Ending::Succeeds, &[0, 3, 30, 59, 60, 90_000]),
            [
                Stage::NotStarted,
                Stage::Queued,
                Stage::Running { percent: 50 },
                Stage::Running { percent: 98 },
                done.clone(),
                done
            ]
        );
    }

    #[test]
    fn bad_ends_come_when_they_should_and_give_the_money_back() {
        for (ending, before, after) in [
            (Ending::Fails("Banned prompt detected".to_owned()), 29, 30),
            (Ending::Cancelled, 29, 30),
            (Ending::TimesOut, 1799, 1800),
            (Ending::Modal { hidden: false }, 1799, 1800),
        ] {
            let seen = stages(ending.clone(), &[before, after]);
            assert!(!seen[0].is_refunded() && seen[1].is_refunded(), "{ending:?}: {seen:?}");
        }
        assert_eq!(
            stages(Ending::Modal { hidden: true }, &[20, 600]),
            vec![Stage::Modal { hidden: true }; 2]
        );
        assert_eq!(stages(Ending::TimesOut, &[600]), [Stage::Running { percent: 99 }]);
    }

    #[test]
    fn time_before_the_creation_is_harmless() {
        assert_eq!(task(Ending::Succeeds).stage(Millis(0)), Stage::NotStarted);
    }

    #[test]
    fn records_are_kept_for_three_days() {
        let task = task(Ending::Succeeds);
        assert!(!task.is_forgotten(task.created.after(RETENTION)));
        assert!(task.is_forgotten(task.created.after(RETENTION + Duration::from_millis(1))));
    }
}
