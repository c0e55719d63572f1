//! Code of others, whose panics must not spread.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code that may panic; nothing if it did. Whoever calls this sees to it that nothing of ours is left half
/// done. What the panic carried is forgotten: it may panic once more when it is dropped.
pub(crate) fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(code)).map_err(mem::forget).ok()
}
