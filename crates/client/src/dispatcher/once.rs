//! A single call on the threads of an engine.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use zoomout_core::{Billed, Error, ErrorKind};

use super::chore::{Chore, Class, Next};
use super::errand::no_thread;
use super::group::Member;
use super::permit::Permit;
use crate::client::Client;

type Call<T> = Box<dyn FnOnce(&Client) -> Result<T, Error> + Send>;
type OnEnd<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// A call that is made once, when there is room for one of its class. It costs no money.
pub(super) struct Once<T> {
    client: Client,
    class: Class,
    call: Option<Call<T>>,
    on_end: OnEnd<T>,
    result: Option<Result<T, Error>>,
    /// The last to go, so that whoever waits for the group finds everything told.
    _member: Member,
}

impl<T> fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("class", &self.class).finish_non_exhaustive()
    }
}

impl<T> Once<T> {
    pub(super) fn new(
        client: &Client,
        member: Member,
        class: Class,
        call: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
        on_end: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) -> Self {
        Self {
            client: client.cancelled_by(&member.token),
            class,
            call: Some(Box::new(call)),
            on_end: Box::new(on_end),
            result: None,
            _member: member,
        }
    }
}

impl<T: Send> Chore for Once<T> {
    fn class(&self) -> Class {
        self.class
    }

    /// Makes the call; a cancelled one ends without a byte sent.
    fn turn(&mut self, _permit: Permit) -> Next {
        if let Some(call) = self.call.take() {
            let made = catch_unwind(AssertUnwindSafe(|| call(&self.client)));
            self.result = Some(made.unwrap_or_else(|_| Err(panicked())));
        }
        Next::Ended
    }

    fn end(self: Box<Self>) {
        let Self { on_end, result, _member, .. } = *self;
        let result = result.unwrap_or_else(|| Err(panicked()));
        drop(catch_unwind(AssertUnwindSafe(|| on_end(result))));
    }

    fn refuse(mut self: Box<Self>) {
        self.result = Some(Err(no_thread()));
        self.end();
    }
}

fn panicked() -> Error {
    Error::new(ErrorKind::Cancelled, Billed::Maybe, "the call was given up because its code panicked")
}
