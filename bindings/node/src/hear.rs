//! The one way from our threads into JavaScript.

use napi::bindgen_prelude::{Buffer, Either3, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Result, Status};
use zoomout::Error;
use zoomout_binding::{Answer, json};

/// Text, files, or a picture.
pub(crate) type Payload = Either3<String, Vec<String>, Buffer>;
/// What JavaScript is called with: the number of a call, what is told, and the news itself.
pub(crate) type News = FnArgs<(f64, String, Payload)>;

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
        self.call(number, "event", Either3::A(text));
    }

    /// Tells how a call ended.
    pub(crate) fn end(&self, number: f64, result: std::result::Result<Answer, Error>) {
        match result {
            Ok(Answer::Json(text)) => self.call(number, "done", Either3::A(text)),
            Ok(Answer::Paths(paths)) => {
                let paths = paths.into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
                self.call(number, "done", Either3::B(paths));
            }
            Ok(Answer::Bytes(bytes)) => self.call(number, "done", Either3::C(bytes.into())),
            Err(error) => self.call(number, "failed", Either3::A(json(&error))),
        }
    }

    fn call(&self, number: f64, what: &str, payload: Payload) {
        // A process that is ending hears nothing any more.
        let _ =
            self.0.call((number, what.to_owned(), payload).into(), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
