//! A wait that other Python threads do not notice, and that Ctrl-C ends.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use zoomout::{CancelToken, Error, Event};
use zoomout_binding::{Answer, OwnProcess, json};

use crate::ask::present;
use crate::error::raise;
use crate::leaving::{Inside, detached};

/// So often somebody looks whether a signal has come.
pub(crate) const SIGNALS: Duration = Duration::from_millis(20);
/// So long a call that was stopped may take to say what became of it.
const LAST_WORDS: Duration = Duration::from_millis(80);

/// What the thread that works tells the one that waits.
enum News {
    Event(Event),
    End(Result<Answer, Error>),
}

/// A call on which another thread works. In a process that was forked meanwhile, by `on_event`, nobody does.
struct UnderWay {
    stop: CancelToken,
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
    work: impl FnOnce(&CancelToken, Observer) -> Result<Answer, Error> + Send + 'static,
) -> PyResult<Py<PyAny>> {
    let token = CancelToken::new();
    let (tell, news) = channel();
    let call = OwnProcess::new(UnderWay { stop: token.clone(), news: Mutex::new(news) });
    std::thread::Builder::new().name("zoomout".to_owned()).spawn(move || {
        let tell_event = tell.clone();
        // Nobody listens to one that was given up.
        let observer = move |event: &Event| drop(tell_event.send(News::Event(event.clone())));
        let end = work(&token, Box::new(observer));
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
                return Err(PyRuntimeError::new_err(problem));
            }
        };
        if let Err(stop) = stopped {
            if let Some(call) = call.get() {
                call.stop.cancel();
            }
            return Err(with_last_words(py, stop, &call));
        }
    }
}

fn wait(py: Python<'_>, call: &OwnProcess<UnderWay>, span: Duration) -> Result<News, RecvTimeoutError> {
    detached(py, || match call.get().map(|call| call.news.lock()) {
        Some(Ok(news)) => news.recv_timeout(span),
        _ => Err(RecvTimeoutError::Disconnected),
    })
}

/// What stopped the call, with what is known of its task: what was paid for must not be lost.
fn with_last_words(py: Python<'_>, stop: PyErr, call: &OwnProcess<UnderWay>) -> PyErr {
    while let Ok(heard) = wait(py, call, LAST_WORDS) {
        if let News::End(result) = heard {
            if let Err(error) = result {
                let told = raise(py, &error);
                let value = stop.value(py);
                let note =
                    format!("{}; billed: {}; next: {}", told.value(py), error.billed(), error.next_step());
                // Notes exist from Python 3.11 on; the context tells the same on 3.10.
                drop(value.call_method1("add_note", (note,)));
                drop(value.setattr("__context__", told.value(py)));
            }
            break;
        }
    }
    stop
}
