//! What is unfinished, collected one by one.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use zoomout::{CancelToken, Client, Collect, Collected, Error};

use crate::ask::{Answer, End};
use crate::entry::Shown;
use crate::handed_out::HandedOut;
use crate::json;
use crate::under_way::UnderWay;

/// What is unfinished, collected one by one, as somebody asks for it: nothing is taken from the ledger ahead of that.
#[derive(Clone)]
pub struct Collecting {
    client: Client,
    /// What was handed out is not collected.
    handed_out: HandedOut,
    token: CancelToken,
    folder: PathBuf,
    /// There once the first was asked for.
    collect: Arc<Mutex<Option<Collect>>>,
}

impl Collecting {
    pub(crate) fn new(client: &Client, handed_out: &HandedOut, folder: PathBuf) -> Self {
        let (token, handed_out) = (CancelToken::new(), handed_out.clone());
        Self { client: client.cancelled_by(&token), handed_out, token, folder, collect: Arc::default() }
    }

    /// Collects the next one, on a thread of its own. `on_end` hears of it as JSON, which is `null` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`](zoomout::ErrorKind::Storage) if there is no thread left; if the ledger cannot be read,
    /// `on_end` is told.
    pub fn next(&self, on_end: impl FnOnce(End) + Send + 'static) -> Result<UnderWay, Error> {
        let collecting = self.clone();
        UnderWay::apart(on_end, move |_| collecting.advance().into())
            .map(|_| UnderWay::Thread(self.token.clone()))
    }

    /// Stops it: what is waited for goes on at the server, and stays unfinished.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    fn advance(&self) -> Result<Answer, Error> {
        let mut place = self.collect.lock().unwrap_or_else(PoisonError::into_inner);
        let collect = match &mut *place {
            Some(collect) => collect,
            empty => {
                self.handed_out.flush();
                empty.insert(self.client.collect(&self.folder)?)
            }
        };
        let next = collect.next();
        Ok(Answer::Json(json(&next.as_ref().map(Shape::from))))
    }
}

impl fmt::Debug for Collecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collecting").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// As it leaves: there are `paths`, or there is an `error`.
#[derive(Serialize)]
struct Shape<'a> {
    entry: Shown<'a>,
    paths: Vec<String>,
    error: Option<&'a Error>,
}

impl<'a> From<&'a Collected> for Shape<'a> {
    fn from(collected: &'a Collected) -> Self {
        let paths = collected.result.as_deref().unwrap_or_default();
        Self {
            entry: Shown::from(&collected.entry),
            // Their names are ids; a folder whose name is no text is shown as well as can be.
            paths: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
            error: collected.result.as_ref().err(),
        }
    }
}
