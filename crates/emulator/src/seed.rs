//! The tasks that are there from the start.

use std::time::Duration;

use crate::picture::{Factor, Picture};
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

/// The picture that can be zoomed.
const UPSCALED: &str = "task_01KQW0D3WJ2QYJP9E3H7GZ4D2R";
/// The four pictures that must be upscaled first.
const GRID: &str = "task_01KQGR1D0000000000000000AA";
const RUNNING: &str = "task_01KQRVNN1NG00000000000000A";
const FAILED: &str = "task_01KQFA11ED000000000000000A";
const FOREIGN: &str = "task_01KQF0RE1GN00000000000000A";
const EXPIRED: &str = "task_01KQEXP1RED00000000000000A";

/// Which landscapes the grid shows.
const GRID_LANDSCAPES: [u64; 4] = [8, 9, 10, 11];

/// The tasks that every emulator begins with.
pub const SEEDS: [Seed; 6] = [
    Seed { task_id: UPSCALED, description: "an upscaled picture, ready to be zoomed" },
    Seed { task_id: GRID, description: "a grid of four, to be upscaled first" },
    Seed { task_id: RUNNING, description: "a zoom that runs for another 25 minutes" },
    Seed { task_id: FAILED, description: "a zoom that failed and was refunded" },
    Seed { task_id: FOREIGN, description: "somebody else's picture" },
    Seed { task_id: EXPIRED, description: "a picture older than three days" },
];

const MINUTE: Duration = Duration::from_secs(60);

/// The seeded tasks of an emulator that starts at this moment.
pub(crate) fn tasks(start: Millis) -> Vec<Task> {
    let landscape = |seed| Picture::Landscape { seed };
    let [first, ..] = GRID_LANDSCAPES;
    let upscaled = || Task {
        id: UPSCALED.to_owned(),
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
    });
    let grid = Task {
        id: GRID.to_owned(),
        action: Action::Imagine,
        created: start.before(15 * MINUTE),
        duration: MINUTE,
        content: Content::Grid(GRID_LANDSCAPES.map(landscape)),
        ..upscaled()
    };
    let running = Task {
        id: RUNNING.to_owned(),
        action: Action::Zoom,
        created: start.before(MINUTE),
        duration: 26 * MINUTE,
        content: zoomed.clone(),
        ..upscaled()
    };
    let failed = Task {
        id: FAILED.to_owned(),
        action: Action::Zoom,
        duration: MINUTE,
        ending: Ending::Fails("No available upstream".to_owned()),
        content: zoomed,
        ..upscaled()
    };
    let foreign = Task { id: FOREIGN.to_owned(), owner: Owner::SomebodyElse, ..upscaled() };
    let expired = Task { id: EXPIRED.to_owned(), created: start.before(4 * 24 * 60 * MINUTE), ..upscaled() };
    vec![upscaled(), grid, running, failed, foreign, expired]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_announced_seed_exists() {
        let announced = SEEDS.map(|seed| seed.task_id.to_owned());
        let made: Vec<String> = tasks(Millis(1_790_000_000_000)).into_iter().map(|task| task.id).collect();
        assert_eq!(made, announced);
        assert!(made.iter().all(|id| id.len() == 31));
    }
}
