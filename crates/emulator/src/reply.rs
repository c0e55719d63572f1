//! An answer, and what happens to it on the wire.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;

use crate::picture::Picture;

/// What the server does with a request.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response<Body>,
    /// How it travels.
    pub wire: Wire,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// These bytes.
    Bytes(Vec<u8>),
    /// This picture, painted only when it is sent.
    Picture(Picture),
}

/// How an answer travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// As it should.
    #[default]
    Whole,
    /// Not at all: the connection is closed without a byte.
    Close,
    /// Not at all: the connection is reset.
    Reset,
    /// Not at all: nothing happens until the client gives up.
    Hang,
    /// Only until the middle of this part; then the connection is closed.
    Cut(Part),
    /// Byte by byte, with so many milliseconds of real time between two.
    Drip(u64),
    /// These bytes instead.
    Raw(Vec<u8>),
    /// With a declared length that is so many bytes off.
    WrongLength(i64),
    /// Whole; then the connection is closed as soon as the next request comes in on it.
    Stale,
    /// Not at all: the connection is reset, and for so many milliseconds of real time others are refused.
    Refuse(u64),
}

/// A part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The first line.
    Status,
    /// The header fields.
    Headers,
    /// What follows them.
    Body,
}

impl Reply {
    /// An answer that travels whole.
    pub(crate) fn whole(response: Response<Body>) -> Self {
        Self { response, wire: Wire::Whole }
    }
}

/// An answer with bytes of this type.
pub(crate) fn bytes(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::Bytes(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    bytes(status, "application/json", body.to_string().into_bytes())
}

/// A picture.
pub(crate) fn picture(picture: Picture) -> Response<Body> {
    let mut response = Response::new(Body::Picture(picture));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    response
}
