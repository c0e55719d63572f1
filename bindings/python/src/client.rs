//! The blocking client: every wait lets other Python threads run, and Ctrl-C in.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pyo3::prelude::*;
use zoomout::{
    ApiKey, CancelToken, Client, ClientBuilder, Error, Event, MachineClock, Policy, TaskId, Timeouts, seconds,
};

use crate::dispatch::{Dispatch, NativeJob};
use crate::error::raise;
use crate::many::NativeMany;
use crate::request::{UpscaleRequest, ZoomRequest};

/// So often somebody looks whether a signal has come.
pub(crate) const SIGNALS: Duration = Duration::from_millis(20);
/// So long a call that was stopped may take to say what became of it.
const LAST_WORDS: Duration = Duration::from_millis(80);

/// What `zoomout.Client` stands on.
#[pyclass(frozen, module = "zoomout._native")]
pub(crate) struct NativeClient {
    client: Client,
    dispatch: Dispatch,
}

impl NativeClient {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, dispatch: Dispatch::default() }
    }
}

/// What the thread that works tells the one that waits.
enum News<T> {
    Event(Event),
    End(Result<T, Error>),
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (api_key=None, base_url=None, language=None, timeout=None, call_timeout=None))]
    fn build(
        py: Python<'_>,
        api_key: Option<String>,
        base_url: Option<&str>,
        language: Option<&str>,
        timeout: Option<f64>,
        call_timeout: Option<f64>,
    ) -> PyResult<Self> {
        let build = || {
            let mut builder = match api_key {
                Some(key) => Client::builder(ApiKey::new(key)?),
                None => ClientBuilder::from_env()?,
            };
            if let Some(url) = base_url {
                builder = builder.base_url(url.parse()?);
            }
            if let Some(language) = language {
                builder = builder.language(language.parse()?);
            }
            patient(builder, timeout, call_timeout)?.build()
        };
        build().map(Self::new).map_err(|error| raise(py, &error))
    }

    /// The address of the API.
    #[getter]
    fn base_url(&self) -> &str {
        self.client.base_url().as_str()
    }

    #[pyo3(signature = (request, on_progress=None))]
    fn zoom(
        &self,
        py: Python<'_>,
        request: &Bound<'_, ZoomRequest>,
        on_progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let zoom = request.get().zoom.clone();
        self.run(py, on_progress, move |client| client.zoom(&zoom)).map(|task| json(&task))
    }

    fn submit(&self, py: Python<'_>, request: &Bound<'_, ZoomRequest>) -> PyResult<String> {
        let zoom = request.get().zoom.clone();
        self.run(py, None, move |client| client.submit(zoom)).map(|submission| json(&submission))
    }

    #[pyo3(signature = (request, on_progress=None))]
    fn upscale(
        &self,
        py: Python<'_>,
        request: &Bound<'_, UpscaleRequest>,
        on_progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let upscale = request.get().upscale.clone();
        self.run(py, on_progress, move |client| client.upscale(&upscale)).map(|task| json(&task))
    }

    /// Starts a zoom that calls back: `on_end` with the task as JSON, or with the exception.
    fn spawn_zoom(
        &self,
        py: Python<'_>,
        on_end: Py<PyAny>,
        on_progress: Option<Py<PyAny>>,
        request: &Bound<'_, ZoomRequest>,
    ) -> PyResult<NativeJob> {
        let zoom = request.get().zoom.clone();
        self.dispatch.spawn(py, &self.client, zoom.into(), on_progress, on_end)
    }

    /// Starts an upscale that calls back.
    fn spawn_upscale(
        &self,
        py: Python<'_>,
        on_end: Py<PyAny>,
        on_progress: Option<Py<PyAny>>,
        request: &Bound<'_, UpscaleRequest>,
    ) -> PyResult<NativeJob> {
        let upscale = request.get().upscale.clone();
        self.dispatch.spawn(py, &self.client, upscale.into(), on_progress, on_end)
    }

    /// Starts a wait that calls back.
    fn spawn_wait(
        &self,
        py: Python<'_>,
        on_end: Py<PyAny>,
        on_progress: Option<Py<PyAny>>,
        task_id: String,
    ) -> PyResult<NativeJob> {
        let task_id = named(py, task_id)?;
        self.dispatch.spawn(py, &self.client, task_id.into(), on_progress, on_end)
    }

    #[pyo3(signature = (task_id, on_progress=None))]
    fn wait(
        &self,
        py: Python<'_>,
        task_id: String,
        on_progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let task_id = named(py, task_id)?;
        self.run(py, on_progress, move |client| client.wait(&task_id)).map(|task| json(&task))
    }

    fn task(&self, py: Python<'_>, task_id: String) -> PyResult<String> {
        let task_id = named(py, task_id)?;
        self.run(py, None, move |client| client.task(&task_id)).map(|task| json(&task))
    }

    fn buttons(&self, py: Python<'_>, task_id: String) -> PyResult<String> {
        let task_id = named(py, task_id)?;
        self.run(py, None, move |client| client.buttons(&task_id)).map(|task| json(&task))
    }

    /// Zooms what an iterable yields, each result as it ends.
    #[pyo3(signature = (requests, window=None, in_order=false))]
    fn zoom_many(
        &self,
        requests: &Bound<'_, PyAny>,
        window: Option<NonZeroUsize>,
        in_order: bool,
    ) -> PyResult<NativeMany> {
        NativeMany::new(&self.client, requests, window, in_order)
    }

    /// Saves what the links of a task lead to.
    fn download(
        &self,
        py: Python<'_>,
        task_id: String,
        links: Vec<String>,
        path: PathBuf,
    ) -> PyResult<Vec<PathBuf>> {
        let task_id = named(py, task_id)?;
        self.run(py, None, move |client| {
            let links: Vec<&str> = links.iter().map(String::as_str).collect();
            client.download_links(&task_id, &links, path)
        })
    }
}

impl NativeClient {
    /// Works on a thread of its own, so that this one can hear signals.
    fn run<T: Send + 'static>(
        &self,
        py: Python<'_>,
        on_progress: Option<&Bound<'_, PyAny>>,
        work: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let token = CancelToken::new();
        let (tell, news) = channel();
        // A receiver is not shared between threads by itself, and waiting without the interpreter lock counts
        // as another thread.
        let news = Mutex::new(news);
        let tell_event = tell.clone();
        let client = self.client.cancelled_by(&token).observed_by(move |event| {
            // Nobody listens to one that was given up.
            drop(tell_event.send(News::Event(event.clone())));
        });
        std::thread::Builder::new()
            .name("zoomout".to_owned())
            .spawn(move || drop(tell.send(News::End(work(&client)))))?;
        loop {
            let heard = wait(py, &news, SIGNALS);
            let stopped = match heard {
                Ok(News::End(result)) => return result.map_err(|error| raise(py, &error)),
                Ok(News::Event(event)) => match on_progress {
                    Some(hear) => tell_progress(hear, &event),
                    None => Ok(()),
                },
                Err(RecvTimeoutError::Timeout) => py.check_signals(),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(pyo3::exceptions::PyRuntimeError::new_err(
                        "the thread that worked has panicked",
                    ));
                }
            };
            if let Err(stop) = stopped {
                token.cancel();
                return Err(with_last_words(py, stop, &news));
            }
        }
    }
}

fn wait<T: Send>(
    py: Python<'_>,
    news: &Mutex<Receiver<News<T>>>,
    span: Duration,
) -> Result<News<T>, RecvTimeoutError> {
    py.detach(|| match news.lock() {
        Ok(news) => news.recv_timeout(span),
        Err(_) => Err(RecvTimeoutError::Disconnected),
    })
}

/// What stopped the call, with what is known of its task: what was paid for must not be lost.
fn with_last_words<T: Send>(py: Python<'_>, stop: PyErr, news: &Mutex<Receiver<News<T>>>) -> PyErr {
    while let Ok(heard) = wait(py, news, LAST_WORDS) {
        if let News::End(result) = heard {
            if let Err(error) = result {
                let told = raise(py, &error);
                let value = stop.value(py);
                let note = format!("{error}; billed: {}; next: {}", error.billed(), error.next_step());
                // Notes exist from Python 3.11 on; the context tells the same on 3.10.
                drop(value.call_method1("add_note", (note,)));
                drop(value.setattr("__context__", told.value(py)));
            }
            break;
        }
    }
    stop
}

fn tell_progress(hear: &Bound<'_, PyAny>, event: &Event) -> PyResult<()> {
    progress(event).map_or(Ok(()), |told| hear.call1(told).map(drop))
}

/// What `on_progress` hears of an event: the task, its status, its percent.
pub(crate) fn progress(event: &Event) -> Option<(String, String, Option<u8>)> {
    match event {
        Event::Submitted(submission) => {
            Some((submission.task_id.to_string(), submission.status.to_string(), None))
        }
        Event::Progress(progress) => {
            Some((progress.task_id.to_string(), progress.status.to_string(), progress.percent))
        }
        _ => None,
    }
}

/// How long to wait in all, and for one call.
pub(crate) fn patient(
    mut builder: ClientBuilder,
    timeout: Option<f64>,
    call_timeout: Option<f64>,
) -> Result<ClientBuilder, Error> {
    if let Some(timeout) = timeout {
        builder = builder.policy(Policy::default().deadline(seconds("timeout", timeout)?));
    }
    if let Some(limit) = call_timeout {
        builder = builder.timeouts(Timeouts::default().at_most(seconds("call_timeout", limit)?));
    }
    Ok(builder)
}

/// A client of an emulator, at its pace.
pub(crate) fn of_emulator(
    url: &str,
    key: &str,
    pace: f64,
    timeout: Option<f64>,
    call_timeout: Option<f64>,
) -> Result<NativeClient, Error> {
    let builder = Client::builder(ApiKey::new(key)?)
        .base_url(url.parse()?)
        .clock(Arc::new(MachineClock::at_pace(pace)));
    patient(builder, timeout, call_timeout)?.build().map(NativeClient::new)
}

fn named(py: Python<'_>, task_id: String) -> PyResult<TaskId> {
    TaskId::new(task_id).map_err(|error| raise(py, &error))
}

pub(crate) fn json(value: &impl serde::Serialize) -> String {
    // These are plain values: writing them as JSON does not fail.
    serde_json::to_string(value).unwrap_or_default()
}
