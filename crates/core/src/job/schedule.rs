//! When to look next, and how long to hold back after trouble.

use core::time::Duration;

use fastrand::Rng;

use crate::wire::Task;

/// The guide asks for one look in 3 to 5 seconds (reference, section 10.4).
pub(crate) const DENSEST: Duration = Duration::from_secs(3);
/// However long a task takes, nobody waits longer than this for news of its end.
const SPARSEST: Duration = Duration::from_secs(15);

/// However long a server asks to wait before a look, nobody is blind for longer: a look is free.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// So long before the deadline the last look is made, so that its answer can still come.
pub(crate) const LAST_LOOK: Duration = Duration::from_secs(1);

/// The first pause after trouble with a submission, and the longest.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// For so long after its submission a task may be unknown to the query (reference, section 14.15).
pub(crate) const FRESH: Duration = Duration::from_secs(15);

/// How long to wait before the next look at a task that has been watched for `watched`: half of what
/// it still seems to need, so that the looks grow denser towards its end.
pub(crate) fn next_look(task: &Task, watched: Duration, rng: &mut Rng) -> Duration {
    let pause = match remaining(task, watched) {
        Some(left) => left / 2,
        None => watched / 10,
    };
    spread(pause.clamp(DENSEST, SPARSEST), rng)
}

/// What the task still seems to need: by its progress if there is enough of it to tell, else by the
/// server's estimate.
fn remaining(task: &Task, watched: Duration) -> Option<Duration> {
    match task.progress {
        Some(done @ 10..=100) => Some(watched.saturating_mul(u32::from(100 - done)) / u32::from(done)),
        _ => Duration::from_secs(task.estimated_time?).checked_sub(watched),
    }
}

/// How long to wait after the `failures`-th look in a row that brought nothing, never less than the
/// server asked for within reason.
pub(crate) fn after_failed_look(failures: u32, asked: Option<Duration>, rng: &mut Rng) -> Duration {
    let pause = doubling(DENSEST, failures).min(2 * SPARSEST);
    spread(pause, rng).max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// How long to wait before a submission is sent or a picture is fetched again after `attempts` attempts,
/// never less than the server asked for.
pub(crate) fn before_repeat(attempts: u32, asked: Option<Duration>, rng: &mut Rng) -> Duration {
    match asked {
        // A server that names a time is taken at its word; the spread keeps a crowd from coming at once.
        Some(asked) => spread(asked.max(FIRST_BACKOFF), rng),
        None => spread(doubling(FIRST_BACKOFF, attempts).min(LONGEST_BACKOFF), rng),
    }
}

fn doubling(first: Duration, count: u32) -> Duration {
    first.saturating_mul(1 << count.saturating_sub(1).min(10))
}

/// Adds up to a fifth, so that many clients do not move in step.
fn spread(pause: Duration, rng: &mut Rng) -> Duration {
    pause.saturating_add(pause / 1_000 * rng.u32(0..=200))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::TaskId;
    use crate::wire::Status;
    use alloc::vec::Vec;

    fn task(progress: Option<u8>, estimated_time: Option<u64>) -> Task {
        let mut task = Task::new(TaskId::new("task_1").unwrap(), Status::Processing);
        task.progress = progress;
        task.estimated_time = estimated_time;
        task
    }

    /// The pause before its spread, which is at most a fifth.
    fn pause(progress: Option<u8>, estimated_time: Option<u64>, watched: u64) -> u64 {
        let mut rng = Rng::with_seed(7);
        let task = task(progress, estimated_time);
        let pauses: Vec<_> =
            (0..100).map(|_| next_look(&task, Duration::from_secs(watched), &mut rng).as_millis()).collect();
        let least = pauses.iter().min().unwrap();
        assert!(pauses.iter().max().unwrap() * 10 <= least * 12, "spread of at most a fifth: {pauses:?}");
        u64::try_from(least / 1_000).unwrap()
    }

    #[test]
    fn looks_grow_denser_towards_the_end() {
        assert_eq!(pause(None, Some(60), 8), 15);
        assert_eq!(pause(None, Some(60), 40), 10);
        assert_eq!(pause(None, Some(60), 58), 3);
        assert_eq!(pause(Some(50), Some(60), 20), 10);
        assert_eq!(pause(Some(99), Some(60), 90), 3);
    }

    #[test]
    fn without_a_usable_estimate_looks_grow_sparser_up_to_a_bound() {
        assert_eq!(pause(None, None, 0), 3);
        assert_eq!(pause(Some(5), None, 100), 10);
        assert_eq!(pause(None, Some(60), 1_000), 15);
    }

    #[test]
    fn the_server_is_taken_at_its_word() {
        let mut rng = Rng::with_seed(1);
        let asked = Some(Duration::from_secs(100));
        assert!(before_repeat(1, asked, &mut rng) >= Duration::from_secs(100));
        assert_eq!(after_failed_look(1, asked, &mut rng), LONGEST_ASKED, "a look is free");
        assert!(before_repeat(1, Some(Duration::ZERO), &mut rng) >= FIRST_BACKOFF);
    }

    #[test]
    fn backoff_grows_and_is_capped() {
        let mut rng = Rng::with_seed(1);
        let seconds: Vec<_> = (1..=9).map(|n| before_repeat(n, None, &mut rng).as_secs_f64()).collect();
        for (pause, base) in seconds.iter().zip([1., 2., 4., 8., 16., 32., 60., 60., 60.]) {
            assert!((base..=base * 1.2).contains(pause), "{seconds:?}");
        }
        assert!(after_failed_look(u32::MAX, None, &mut rng) <= Duration::from_secs(36));
    }
}
