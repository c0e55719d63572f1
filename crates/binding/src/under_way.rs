//! Something that is being worked on.

use std::thread;

use zoomout::{CancelToken, Error, ErrorKind, JobHandle};

use crate::ask::End;

/// Something that is being worked on. Dropping it changes nothing.
#[derive(Debug)]
pub enum UnderWay {
    /// By a dispatcher.
    Job(JobHandle),
    /// By a thread of its own, for as long as a store or a folder may keep it.
    Thread(CancelToken),
}

impl UnderWay {
    /// Works on a thread of its own.
    pub(crate) fn apart(
        on_end: impl FnOnce(End) + Send + 'static,
        work: impl FnOnce(&CancelToken) -> End + Send + 'static,
    ) -> Result<Self, Error> {
        let token = CancelToken::new();
        let stopped_by = token.clone();
        let thread = thread::Builder::new().name("zoomout".to_owned());
        thread.spawn(move || on_end(work(&stopped_by))).map_err(|error| {
            let problem = Error::unsent(ErrorKind::Storage, "this machine has no thread left");
            problem.caused_by(&error)
        })?;
        Ok(Self::Thread(token))
    }

    /// Stops it. Its end is told all the same.
    pub fn cancel(&self) {
        match self {
            Self::Job(handle) => handle.cancel(),
            Self::Thread(token) => token.cancel(),
        }
    }
}
