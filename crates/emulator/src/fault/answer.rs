//! What a fault answers in place of the API.

use std::time::{Duration, UNIX_EPOCH};

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::Fault;
use crate::refusal::Refusal;
use crate::reply::{self, Body};
use crate::time::Millis;

impl Fault {
    /// The answer that goes out in place of the API's own, if this fault has one.
    pub(crate) fn answer(&self, now: Millis, request_id: &str) -> Option<Response<Body>> {
        Some(match self {
            Self::Answer { status, headers, body, .. } => {
                // `Script::from_json` has checked that these are a status and header fields.
                let mut response = with_body(StatusCode::from_u16(*status).unwrap_or_default(), body);
                for (name, value) in headers {
                    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
                    {
                        response.headers_mut().insert(name, value);
                    }
                }
                response
            }
            Self::RateLimit { retry_after, as_date } => {
                let refusal = Refusal::too_many(None);
                let mut response = reply::json(refusal.status, &refusal.body(request_id));
                if let Some(value) = retry_after.and_then(|seconds| patience(seconds, *as_date, now)) {
                    response.headers_mut().insert(RETRY_AFTER, value);
                }
                response
            }
            Self::InvalidUtf8 => reply::bytes(
                StatusCode::OK,
                "application/json",
                b"{\"code\":200,\"data\":[{\"task_id\":\"task_\xff\xfe\"}]}".to_vec(),
            ),
            Self::DeeplyNested { depth } => {
                reply::bytes(StatusCode::OK, "application/json", b"[".repeat(*depth))
            }
            Self::Huge { bytes } => reply::bytes(StatusCode::OK, "application/json", vec![b' '; *bytes]),
            _ => return None,
        })
    }

    /// Changes what a look shows.
    pub(crate) fn alter(&self, look: &mut Value) {
        let mut put = |places: [&str; 2], value: Value| {
            if let Some(place) = places.into_iter().find(|place| look.pointer(place).is_some())
                && let Some(member) = look.pointer_mut(place)
            {
                *member = value;
            }
        };
        match self {
            Self::Status { word } => put(["/data/status", "/status"], json!(word)),
            Self::Progress { percent } => put(["/data/progress", "/progress"], json!(percent)),
            Self::NoPictures => put(["/data/result/images", "/image_urls"], json!([])),
            _ => {}
        }
    }
}

fn with_body(status: StatusCode, body: &Value) -> Response<Body> {
    match body {
        Value::Null => reply::bytes(status, "text/plain", Vec::new()),
        Value::String(text) => reply::bytes(status, "text/html", text.clone().into_bytes()),
        json => reply::json(status, json),
    }
}

fn patience(seconds: u64, as_date: bool, now: Millis) -> Option<HeaderValue> {
    if !as_date {
        return Some(HeaderValue::from(seconds));
    }
    let moment = UNIX_EPOCH.checked_add(Duration::from_secs(now.seconds().checked_add(seconds)?))?;
    HeaderValue::from_str(&httpdate::fmt_http_date(moment)).ok()
}
