//! No connection lives through a fork: SQLite would take the locks of the parent for the child's own.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use super::file::Open;

/// Held by whoever uses SQLite, and alone by whoever forks.
static GATE: RwLock<()> = RwLock::new(());
/// Wherever there may be a connection.
static PLACES: Mutex<Vec<Weak<Place>>> = Mutex::new(Vec::new());

type Place = Mutex<Option<Open>>;

/// A connection, if there is one: whoever is about to fork closes it, and it is opened anew later.
pub(super) struct Closable(Arc<Place>);

/// The connection is in use, and nobody forks meanwhile.
pub(super) struct InUse<'a> {
    connection: MutexGuard<'a, Option<Open>>,
    _gate: RwLockReadGuard<'static, ()>,
}

/// While there is this, no ledger in a file is open in this process, and whoever needs one waits. Made by
/// [`SqliteLedger::close_all`](crate::SqliteLedger::close_all).
#[must_use = "whoever needs a ledger waits for no longer than there is this"]
pub struct AllClosed {
    _places: MutexGuard<'static, Vec<Weak<Place>>>,
    _gate: RwLockWriteGuard<'static, ()>,
}

impl Closable {
    pub(super) fn lock(&self) -> InUse<'_> {
        let gate = GATE.read().unwrap_or_else(PoisonError::into_inner);
        InUse { connection: lock(&self.0), _gate: gate }
    }
}

impl Default for Closable {
    fn default() -> Self {
        let place = Arc::new(Place::default());
        let mut places = lock(&PLACES);
        places.retain(|place| place.strong_count() > 0);
        places.push(Arc::downgrade(&place));
        Self(place)
    }
}

impl Drop for Closable {
    fn drop(&mut self) {
        *self.lock() = None;
    }
}

impl Deref for InUse<'_> {
    type Target = Option<Open>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for InUse<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

/// Closes all, once nobody uses one any more.
pub(super) fn close_all() -> AllClosed {
    let gate = GATE.write().unwrap_or_else(PoisonError::into_inner);
    let places = lock(&PLACES);
    for place in places.iter().filter_map(Weak::upgrade) {
        *lock(&place) = None;
    }
    AllClosed { _places: places, _gate: gate }
}

/// A panic under one of these locks leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for AllClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllClosed").finish_non_exhaustive()
    }
}
