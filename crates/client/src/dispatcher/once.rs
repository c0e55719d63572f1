//! A single call on a dispatcher's threads.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zoomout_core::{Billed, Error, ErrorKind};

use super::scheduler::{Class, Reception};
use crate::cancel::CancelToken;
use crate::client::Client;

/// Makes the call, hands on what came of it, and says what it shows of the server's pace.
type Work = Box<dyn FnOnce(&Client) -> Reception + Send>;

/// A call that is made once, when there is room for one of its class.
pub(super) struct Once {
    pub(super) class: Class,
    pub(super) token: CancelToken,
    work: Work,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("class", &self.class).finish_non_exhaustive()
    }
}

impl Once {
    pub(super) fn new<T>(
        class: Class,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> Self {
        let work = move |client: &Client| {
            let result = catch_unwind(AssertUnwindSafe(|| call(client))).unwrap_or_else(|_| Err(panicked()));
            let accepted = class == Class::Submission && result.is_ok();
            drop(catch_unwind(AssertUnwindSafe(|| on_end(result))));
            if accepted { Reception::Accepted } else { Reception::Other }
        };
        Self { class, token: CancelToken::new(), work: Box::new(work) }
    }

    /// Makes the call; a cancelled one ends without a byte sent.
    pub(super) fn run(self, client: &Client) -> Reception {
        (self.work)(&client.cancelled_by(&self.token))
    }
}

fn panicked() -> Error {
    Error::new(ErrorKind::Cancelled, Billed::Maybe, "the call was given up because its code panicked")
}
