//! A wait that other Python threads do not notice, and that Ctrl-C ends.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use zoomout::{CancelToken, Error, Event};
use zoomout_binding::{Answer, Known, OwnProcess, json};

use crate::ask::present;
use crate::error::raise;
use crate::last_words::{LAST_WORDS, attach};
use crate::leaving::{Inside, detached};

/// So often somebody looks whether a signal has come.
pub(crate) const SIGNALS: Duration = Duration::from_millis(20);

/// What the thread that works tells the one that waits.
enum News {
    Event(Event),
    End(Result<Answer, Error>),
}

/// A call on which another thread works. In a process that was forked meanwhile, by `on_event`, nobody does.
struct UnderWay {
    stop: CancelToken,
    known: Known,
    /// A receiver is not shared between threads by itself, and waiting without the interpreter lock counts as
    /// another thread.
    news: Mutex<Receiver<News>>,
}

/// Hears the events of a call.
type Observer = Box<dyn Fn(&Event) + Send + Sync>;

/// Works on a thread of its own, so that this one can hear signals. `on_event` hears each event as JSON.
pub(crate) fn run(
    py: Python<'_>,
    on_event: Option<&Bound<'_, PyAny>>,
    known: Known,
    work: impl FnOnce(&CancelToken, Observer) -> Result<Answer, Error> + Send + 'static,
) -> PyResult<Py<PyAny>> {
    let token = CancelToken::new();
    let (tell, news) = channel();
    let call =
        OwnProcess::new(UnderWay { stop: token.clone(), known: known.clone(), news: Mutex::new(news) });
    std::thread::Builder::new().name("zoomout".to_owned()).spawn(move || {
        let (tell_event, hears) = (tell.clone(), known.clone());
        let observer = move |event: &Event| {
            hears.hear(event);
            // Nobody listens to one that was given up.
            drop(tell_event.send(News::Event(event.clone())));
        };
        let end = work(&token, Box::new(observer));
        known.end(&end);
        drop(tell.send(News::End(end)));
    })?;
    loop {
        let stopped = match wait(py, &call, SIGNALS) {
            Ok(News::End(Ok(answer))) => return present(py, answer),
            Ok(News::End(Err(error))) => return Err(raise(py, &error)),
            Ok(News::Event(event)) => on_event.map_or(Ok(()), |hear| {
                let _inside = Inside::holding(py);
                hear.call1((json(&event),)).map(drop)
            }),
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

fn wait(py: Python<'_>, call: &OwnProcess<UnderWay>, span: Duration) -> Result<News, RecvTimeoutError> {
    detached(py, || match call.get().map(|call| call.news.lock()) {
        Some(Ok(news)) => news.recv_timeout(span),
        _ => Err(RecvTimeoutError::Disconnected),
    })
}

/// Stops the call, and tells with what stopped it how it ended; or, if it does not say so in time, what is known.
fn give_up(py: Python<'_>, stop: &PyErr, call: &OwnProcess<UnderWay>) {
    let Some(here) = call.get() else { return };
    here.stop.cancel();
    while let Ok(News::Event(_)) = wait(py, call, LAST_WORDS) {}
    attach(py, stop.value(py), &here.known.error());
}
