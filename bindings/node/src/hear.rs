//! The one way from our threads into JavaScript.

use napi::bindgen_prelude::{Buffer, Either3, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Result, Status};
use zoomout::Event;
use zoomout_binding::{Answer, End, json, warning};

/// Text, files, or a picture.
pub(crate) type Payload = Either3<String, Vec<String>, Buffer>;
/// What JavaScript is called with: the number of a call, what is told, the news itself, and the task that has ended.
pub(crate) type News = FnArgs<(f64, String, Payload, Option<String>)>;

/// Calls JavaScript from any thread. It does not keep the process alive; whoever waits in JavaScript does.
pub(crate) struct Hear(ThreadsafeFunction<News, (), News, Status, false, true>);

impl Hear {
    pub(crate) fn new(function: &Function<'_, News, ()>) -> Result<Self> {
        function
            .build_threadsafe_function::<News>()
            .callee_handled::<false>()
            .weak::<true>()
            .build()
            .map(Self)
    }

    /// Tells of an event, as JSON.
    pub(crate) fn event(&self, number: f64, text: String) {
        self.call(number, "event", Either3::A(text), None);
    }

    /// Tells of an event that must not pass unheard, of whichever call.
    pub(crate) fn warn(&self, event: &Event) {
        if let Some(message) = warning(event) {
            self.call(0.0, "warning", Either3::A(message), None);
        }
    }

    /// Tells how a call ended, and the task to acknowledge once that has arrived.
    pub(crate) fn end(&self, number: f64, end: End) {
        let ended = end.task_id.map(|task_id| task_id.to_string());
        match end.result {
            Ok(Answer::Json(text)) => self.call(number, "done", Either3::A(text), ended),
            Ok(Answer::Paths(paths)) => {
                let paths = paths.into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
                self.call(number, "done", Either3::B(paths), ended);
            }
            Ok(Answer::Bytes(bytes)) => self.call(number, "done", Either3::C(bytes.into()), ended),
            Err(error) => self.call(number, "failed", Either3::A(json(&error)), ended),
        }
    }

    fn call(&self, number: f64, what: &str, payload: Payload, ended: Option<String>) {
        let news = (number, what.to_owned(), payload, ended).into();
        // A process that is ending hears nothing any more.
        let _ = self.0.call(news, ThreadsafeFunctionCallMode::NonBlocking);
    }
}
