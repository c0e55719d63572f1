//! The locks and threads that a client stands on: those of the standard library, or those of a model
//! checker that tries how they interleave (`cargo xtask model`).

use std::sync::PoisonError;
use std::time::Duration;

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread,
};
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::{Condvar, Mutex, MutexGuard, atomic},
    thread,
};

/// Locks. Whoever panicked under the lock left nothing half done: no code of others runs under ours.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits to be woken, or so long; tells whether the time ran out.
#[cfg(not(shuttle))]
pub(crate) fn wait<'a, T>(
    condvar: &Condvar,
    _mutex: &'a Mutex<T>,
    guard: MutexGuard<'a, T>,
    span: Duration,
) -> (MutexGuard<'a, T>, bool) {
    let (guard, waited) = condvar.wait_timeout(guard, span).unwrap_or_else(PoisonError::into_inner);
    (guard, waited.timed_out())
}

/// In the model time runs out now and then; or never, so that nothing can rely on it.
#[cfg(shuttle)]
pub(crate) fn wait<'a, T>(
    condvar: &Condvar,
    mutex: &'a Mutex<T>,
    guard: MutexGuard<'a, T>,
    _span: Duration,
) -> (MutexGuard<'a, T>, bool) {
    use shuttle::rand::Rng;
    if shuttle::rand::thread_rng().gen_ratio(1, 4) {
        drop(guard);
        thread::yield_now();
        return (lock(mutex), true);
    }
    (condvar.wait(guard).unwrap_or_else(PoisonError::into_inner), false)
}

/// Waits as long as `waits` says so, but not longer than `span`.
#[cfg(not(shuttle))]
pub(crate) fn wait_while<'a, T>(
    condvar: &Condvar,
    guard: MutexGuard<'a, T>,
    span: Duration,
    waits: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    condvar.wait_timeout_while(guard, span, waits).unwrap_or_else(PoisonError::into_inner).0
}

/// In the model this time never runs out.
#[cfg(shuttle)]
pub(crate) fn wait_while<'a, T>(
    condvar: &Condvar,
    mut guard: MutexGuard<'a, T>,
    _span: Duration,
    mut waits: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    while waits(&mut guard) {
        guard = condvar.wait(guard).unwrap_or_else(PoisonError::into_inner);
    }
    guard
}

/// Tries a model in so many orders of its threads, by chance, and in as many that prefer few switches at bad
/// moments.
#[cfg(test)]
#[cfg(shuttle)]
pub(crate) fn try_orders(model: impl Fn() + Clone + Send + Sync + 'static) {
    use shuttle::scheduler::{PctScheduler, RandomScheduler};
    use shuttle::{Config, Runner};
    const ORDERS: usize = 5_000;
    const SWITCHES: usize = 3;
    let mut config = Config::new();
    config.stack_size = 128 << 10;
    Runner::new(RandomScheduler::new(ORDERS), config.clone()).run(model.clone());
    Runner::new(PctScheduler::new(SWITCHES, ORDERS), config).run(model);
}
