//! What arrived: the last requests, without the key.

use std::collections::VecDeque;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use serde::Serialize;

use crate::time::Millis;

/// Older requests are forgotten: a load test must not fill the memory.
const KEPT: usize = 10_000;

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Emulated Unix time in milliseconds.
    pub at: u64,
    /// For example `POST`.
    pub method: String,
    /// The path with the query.
    pub path: String,
    /// Name and value of each header field; the value of `Authorization` is left out.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// The requests that arrived last.
#[derive(Debug, Default)]
pub(crate) struct Requests(VecDeque<Seen>);

impl Requests {
    pub(crate) fn note(&mut self, request: &Request<Vec<u8>>, now: Millis) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Seen {
            at: now.0,
            method: request.method().to_string(),
            path: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            headers: headers(request.headers()),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        });
    }

    pub(crate) fn list(&self) -> Vec<Seen> {
        self.0.iter().cloned().collect()
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers.iter().map(|(name, value)| {
        let value = if name == AUTHORIZATION {
            "<redacted>".into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        (name.to_string(), value.into_owned())
    });
    shown.collect()
}
