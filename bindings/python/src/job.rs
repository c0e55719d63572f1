//! Jobs that call back.

use pyo3::prelude::*;
use zoomout::Event;
use zoomout_binding::{End, Known, OwnProcess, UnderWay, told};

use crate::ask::present;
use crate::error::raise;
use crate::last_words::{LAST_WORDS, attach};
use crate::leaving::detached;
use crate::news::warn;
use crate::turns::Turn;

/// A job under way.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeJob {
    job: OwnProcess<(UnderWay, Known)>,
}

impl NativeJob {
    pub(crate) fn new(under_way: UnderWay, known: Known) -> Self {
        Self { job: OwnProcess::new((under_way, known)) }
    }
}

#[pymethods]
impl NativeJob {
    /// So many seconds one that was stopped may take to say what became of it.
    #[classattr]
    #[pyo3(name = "LAST_WORDS")]
    fn last_words() -> f64 {
        LAST_WORDS.as_secs_f64()
    }

    /// Stops waiting; the end is told as always. In a forked process there is nothing to stop.
    fn cancel(&self, py: Python<'_>) {
        detached(py, || self.job.get().map(|(under_way, _)| under_way.cancel()));
    }

    /// Tells with an exception that stopped it what is known of it by now.
    fn tell(&self, py: Python<'_>, stop: &Bound<'_, PyAny>) {
        if let Some((_, known)) = self.job.get() {
            attach(py, stop, &known.error());
        }
    }
}

/// Hands events on as JSON.
pub(crate) fn listener(
    turn: Turn,
    known: Known,
    on_event: Option<Py<PyAny>>,
) -> impl FnMut(&Event) + Send + 'static {
    move |event| {
        known.hear(event);
        warn(&turn, event);
        if let Some(hear) = &on_event {
            turn.tell(|py| drop(hear.call1(py, (told(event),))));
        }
    }
}

/// Hands on the answer, or the exception, and the task to acknowledge once that has arrived.
pub(crate) fn teller(turn: Turn, known: Known, on_end: Py<PyAny>) -> impl FnOnce(End) + Send + 'static {
    move |end| {
        known.end(&end.result);
        let task_id = end.task_id.map(|task_id| task_id.to_string());
        turn.tell(|py| {
            let told = match end.result {
                Ok(answer) => {
                    present(py, answer).and_then(|answer| on_end.call1(py, (answer, py.None(), task_id)))
                }
                Err(error) => on_end.call1(py, (py.None(), raise(py, &error).into_value(py), task_id)),
            };
            // Whoever listens has its own way to fail: a closed event loop, say. Nobody is left to tell.
            drop(told);
        });
    }
}
