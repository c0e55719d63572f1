//! The tasks that are there from the start.

use std::time::Duration;

use crate::picture::{Factor, Picture, Shift};
use crate::price;
use crate::speed::Speed;
use crate::task::{Action, Content, Ending, Owner, Task};
use crate::time::Millis;

/// A task that every emulator begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Its id, always the same.
    pub task_id: &'static str,
    /// What it is.
    pub description: &'static str,
}

/// Which landscapes the grid shows.
const GRID_LANDSCAPES: [u64; 4] = [8, 9, 10, 11];

impl Seed {
    /// The picture that can be zoomed.
    pub const UPSCALED: Self = Self {
        task_id: "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R",
        description: "an upscaled picture, ready to be zoomed",
    };
    /// The four pictures of which one must be upscaled first.
    pub const GRID: Self = Self {
        task_id: "task_01KQGR1D0000000000000000AA",
        description: "a grid of four, to be upscaled first",
    };
    /// A zoom that takes its time.
    pub const RUNNING: Self = Self {
        task_id: "task_01KQRVNN1NG00000000000000A",
        description: "a zoom that runs for another 25 minutes",
    };
    /// A zoom that failed.
    pub const FAILED: Self = Self {
        task_id: "task_01KQFA11ED000000000000000A",
        description: "a zoom that failed and was refunded",
    };
    /// A picture of another account.
    pub const FOREIGN: Self =
        Self { task_id: "task_01KQF0RE1GN00000000000000A", description: "somebody else's picture" };
    /// A picture whose record is gone.
    pub const EXPIRED: Self =
        Self { task_id: "task_01KQEXP1RED00000000000000A", description: "a picture older than three days" };
    /// The tasks that every emulator begins with.
    pub const ALL: [Self; 6] =
        [Self::UPSCALED, Self::GRID, Self::RUNNING, Self::FAILED, Self::FOREIGN, Self::EXPIRED];
}

const MINUTE: Duration = Duration::from_secs(60);

/// The seeded tasks of an emulator that starts at this moment.
pub(crate) fn tasks(start: Millis) -> Vec<Task> {
    let landscape = |seed| Picture::Landscape { seed };
    let [first, ..] = GRID_LANDSCAPES;
    let upscaled = || Task {
        id: Seed::UPSCALED.task_id.to_owned(),
        action: Action::Upscale,
        owner: Owner::Caller,
        created: start.before(10 * MINUTE),
        duration: Duration::from_secs(1),
        ending: Ending::Succeeds,
        content: Content::Single(landscape(first)),
        cost: price::of(Speed::Relax),
    };
    let zoomed = Content::Single(Picture::Zoomed {
        parent: Box::new(landscape(first)),
        factor: Factor::Two,
        variant: 0,
        shift: Shift::default(),
    });
    let grid = Task {
        id: Seed::GRID.task_id.to_owned(),
        action: Action::Imagine,
        created: start.before(15 * MINUTE),
        duration: MINUTE,
        content: Content::Grid(GRID_LANDSCAPES.map(landscape)),
        ..upscaled()
    };
    let running = Task {
        id: Seed::RUNNING.task_id.to_owned(),
        action: Action::Zoom,
        created: start.before(MINUTE),
        duration: 26 * MINUTE,
        content: zoomed.clone(),
        ..upscaled()
    };
    let failed = Task {
        id: Seed::FAILED.task_id.to_owned(),
        action: Action::Zoom,
        duration: MINUTE,
        ending: Ending::Fails("No available upstream".to_owned()),
        content: zoomed,
        ..upscaled()
    };
    let foreign = Task { id: Seed::FOREIGN.task_id.to_owned(), owner: Owner::SomebodyElse, ..upscaled() };
    let expired = Task {
        id: Seed::EXPIRED.task_id.to_owned(),
        created: start.before(4 * 24 * 60 * MINUTE),
        ..upscaled()
    };
    vec![upscaled(), grid, running, failed, foreign, expired]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_announced_seed_exists() {
        let announced = Seed::ALL.map(|seed| seed.task_id.to_owned());
        let made: Vec<String> = tasks(Millis(1_790_000_000_000)).into_iter().map(|task| task.id).collect();
        assert_eq!(made, announced);
        assert!(made.iter().all(|id| id.len() == 31));
    }
}
