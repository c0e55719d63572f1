//! The end of the interpreter: from then on no thread of ours may touch it.
//!
//! A thread that asks for the interpreter lock while the interpreter ends is killed, or kills the process,
//! depending on the version of Python. So at exit, before anything is torn down, the door is closed, and it
//! is waited for those who are inside.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::prelude::*;

/// How many threads have the interpreter lock by us, or are about to.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static CLOSED: AtomicBool = AtomicBool::new(false);
/// The thread that ends the interpreter goes on using it.
static ENDS_IT: OnceLock<ThreadId> = OnceLock::new();

/// Whoever has one may hold the interpreter lock.
pub(crate) struct Inside;

impl Inside {
    /// Nothing, if the interpreter is ending.
    pub(crate) fn enter() -> Option<Self> {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        let inside = Self;
        let closed = CLOSED.load(Ordering::SeqCst) && ENDS_IT.get() != Some(&thread::current().id());
        (!closed).then_some(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits without the interpreter lock. Where the interpreter has ended meanwhile, the thread goes to sleep: it
/// is one that Python does not wait for.
pub(crate) fn detached<T: Send>(py: Python<'_>, wait: impl FnOnce() -> T + Send) -> T {
    let (value, _inside) = py.detach(|| {
        let value = wait();
        loop {
            match Inside::enter() {
                Some(inside) => return (value, inside),
                None => thread::park(),
            }
        }
    });
    value
}

/// Closes the door.
#[pyfunction]
pub(crate) fn close(py: Python<'_>) {
    let _ = ENDS_IT.set(thread::current().id());
    CLOSED.store(true, Ordering::SeqCst);
    py.detach(|| {
        while INSIDE.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// A forked process has none of the threads that were inside.
#[pyfunction]
pub(crate) fn forked() {
    INSIDE.store(0, Ordering::SeqCst);
}

/// Has Python call these when their time comes.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(close, module)?,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let hook = [("after_in_child", wrap_pyfunction!(forked, module)?)];
        os.call_method("register_at_fork", (), Some(&pyo3::types::IntoPyDict::into_py_dict(hook, py)?))?;
    }
    Ok(())
}
