//! The end of the interpreter: from then on no thread of ours may touch it.
//!
//! A thread that asks for the interpreter lock while the interpreter ends is killed, or kills the process,
//! depending on the version of Python; and one that Python kills below code of ours takes the process with it.
//! So at exit, before anything is torn down, the door is closed, and it is waited for those who are inside.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// How many threads run Python below code of ours, or are about to.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static CLOSED: AtomicBool = AtomicBool::new(false);
/// The thread that ends the interpreter goes on using it.
static ENDS_IT: OnceLock<ThreadId> = OnceLock::new();
/// So long it is waited for those inside: a user's callback may never return.
const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// How often this thread is inside: whoever is may go further in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whoever has one may run Python.
pub(crate) struct Inside(());

impl Inside {
    /// Before Python is called with the interpreter lock held.
    pub(crate) fn holding(_held: Python<'_>) -> Self {
        Self::count()
    }

    /// Before the interpreter lock is asked for. Nothing, if the interpreter is ending.
    pub(crate) fn enter() -> Option<Self> {
        let further = DEPTH.get() > 0;
        let inside = Self::count();
        let ends_it = || ENDS_IT.get() == Some(&thread::current().id());
        (further || !CLOSED.load(Ordering::SeqCst) || ends_it()).then_some(inside)
    }

    fn count() -> Self {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        DEPTH.set(DEPTH.get() + 1);
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
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
        let begun = Instant::now();
        while INSIDE.load(Ordering::SeqCst) > 0 && begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        // What was handed out is not to be handed out again.
        zoomout_binding::flush(PATIENCE);
    });
}

/// No ledger is open while a process forks. Others may run Python meanwhile: one of them may be forking, too.
#[pyfunction]
pub(crate) fn before_fork(py: Python<'_>) {
    detached(py, zoomout_binding::before_fork);
}

#[pyfunction]
pub(crate) fn after_fork() {
    zoomout_binding::after_fork();
}

/// Of those inside, a forked process has only the thread that forked.
#[pyfunction]
pub(crate) fn forked() {
    INSIDE.store(usize::try_from(DEPTH.get()).unwrap_or(0), Ordering::SeqCst);
    zoomout_binding::forked();
}

/// Has Python call these when their time comes.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(close, module)?,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let hooks = [
            ("before", wrap_pyfunction!(before_fork, module)?),
            ("after_in_parent", wrap_pyfunction!(after_fork, module)?),
            ("after_in_child", wrap_pyfunction!(forked, module)?),
        ];
        os.call_method("register_at_fork", (), Some(&pyo3::types::IntoPyDict::into_py_dict(hooks, py)?))?;
    }
    Ok(())
}
