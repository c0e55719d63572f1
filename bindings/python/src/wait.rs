//! A wait that other Python threads do not notice, and that Ctrl-C ends.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use zoomout::{Error, Event, TaskId};
use zoomout_binding::{End, Known, OwnProcess, UnderWay, told, warning};

use crate::ask::present;
use crate::error::raise;
use crate::last_words::{LAST_WORDS, attach};
use crate::leaving::{Inside, detached};
use crate::news;

/// So often somebody looks whether a signal has come.
pub(crate) const SIGNALS: Duration = Duration::from_millis(20);

/// What the threads that work tell the one that waits.
enum News {
    Event(Event),
    End(End),
}

/// A call on which other threads work. In a process that was forked meanwhile, by `on_event`, nobody does.
struct Call {
    under_way: UnderWay,
    known: Known,
    /// A receiver is not shared between threads by itself, and waiting without the interpreter lock counts as
    /// another thread.
    news: Mutex<Receiver<News>>,
}

/// Hears the events of a call.
type OnEvent = Box<dyn FnMut(&Event) + Send>;
/// Hears its end.
type OnEnd = Box<dyn FnOnce(End) + Send>;

/// How a call ended, and the task to acknowledge once that has arrived.
pub(crate) type Ended = (PyResult<Py<PyAny>>, Option<TaskId>);

/// Waits for what `start` begins, here, so that this thread can hear signals. `on_event` hears each event as JSON.
pub(crate) fn run(
    py: Python<'_>,
    on_event: Option<&Bound<'_, PyAny>>,
    known: Known,
    start: impl FnOnce(OnEvent, OnEnd) -> Result<UnderWay, Error>,
) -> PyResult<Ended> {
    let (tell, news) = channel();
    let (tell_event, heard, ended) = (tell.clone(), known.clone(), known.clone());
    let hear = move |event: &Event| {
        heard.hear(event);
        // Nobody listens to one that was given up.
        drop(tell_event.send(News::Event(event.clone())));
    };
    let end = move |end: End| {
        ended.end(&end.result);
        drop(tell.send(News::End(end)));
    };
    let under_way = start(Box::new(hear), Box::new(end)).map_err(|error| raise(py, &error))?;
    let call = OwnProcess::new(Call { under_way, known, news: Mutex::new(news) });
    loop {
        let stopped = match wait(py, &call, SIGNALS) {
            Ok(News::End(End { result: Ok(answer), task_id })) => return Ok((present(py, answer), task_id)),
            Ok(News::End(End { result: Err(error), task_id })) => {
                return Ok((Err(raise(py, &error)), task_id));
            }
            Ok(News::Event(event)) => hear_out(py, on_event, &event),
            Err(RecvTimeoutError::Timeout) => py.check_signals(),
            Err(RecvTimeoutError::Disconnected) => {
                let problem =
                    "nobody works on this call: it is another process's, or its thread has panicked";
                Err(PyRuntimeError::new_err(problem))
            }
        };
        if let Err(stop) = stopped {
            give_up(py, &stop, &call);
            return Err(stop);
        }
    }
}

fn hear_out(py: Python<'_>, on_event: Option<&Bound<'_, PyAny>>, event: &Event) -> PyResult<()> {
    let _inside = Inside::holding(py);
    if let Some(message) = warning(event) {
        news::tell(py, &message);
    }
    on_event.map_or(Ok(()), |hear| hear.call1((told(event),)).map(drop))
}

fn wait(py: Python<'_>, call: &OwnProcess<Call>, span: Duration) -> Result<News, RecvTimeoutError> {
    detached(py, || match call.get().map(|call| call.news.lock()) {
        Some(Ok(news)) => news.recv_timeout(span),
        _ => Err(RecvTimeoutError::Disconnected),
    })
}

/// Stops the call, and tells with what stopped it how it ended; or, if it does not say so in time, what is known.
fn give_up(py: Python<'_>, stop: &PyErr, call: &OwnProcess<Call>) {
    let Some(here) = call.get() else { return };
    here.under_way.cancel();
    while let Ok(News::Event(_)) = wait(py, call, LAST_WORDS) {}
    attach(py, stop.value(py), &here.known.error());
}
