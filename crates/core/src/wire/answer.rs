//! An HTTP answer, read once: its status, its JSON if it is JSON, and the error it holds if it does.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, Response};
use serde_json::{Value, json};

use super::pick;
use super::status::Status;
use crate::error::ApiError;
use crate::people::{for_people, visible};
use crate::values::ApiKey;

/// What the server answered, read and fit to be handed on: all that a machine accepts.
///
/// Made by [`Api::answer`](crate::Api::answer) alone, which knows the key and keeps it out of every text that
/// is meant for people. What is data (ids, links, the JSON of a task) stays as it came.
#[derive(Clone)]
pub struct Answer {
    pub(crate) status: u16,
    /// The body, if it is JSON.
    pub(crate) json: Option<Value>,
    /// The key to be kept out of texts; none where they come from a record, which it is no part of.
    key: Option<ApiKey>,
    /// Where a redirect points to.
    location: Option<String>,
    excerpt: String,
    request_id: Option<String>,
    retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn read(response: &Response<impl AsRef<[u8]>>, key: &ApiKey) -> Self {
        let headers = response.headers();
        let body = unwrapped(response.body().as_ref());
        let json = read_json(body);
        let header = |name: &str| {
            let text = without_key(headers.get(name)?.to_str().ok()?, key);
            (!text.is_empty()).then_some(text)
        };
        let request_id = header("x-oneapi-request-id").or_else(|| {
            let id = json.as_ref().and_then(|json| pick::word(json, "request_id"))?;
            Some(without_key(&id, key))
        });
        Self {
            status: response.status().as_u16(),
            location: header("location"),
            excerpt: beginning(body, key),
            request_id,
            retry_after: retry_after(headers),
            key: Some(key.clone()),
            json,
        }
    }

    /// An answer that shows this task, as a record of one has it.
    pub(super) fn recalled(task: &Value) -> Self {
        Self {
            status: 200,
            json: Some(json!({ "data": task })),
            key: None,
            location: None,
            excerpt: String::new(),
            request_id: None,
            retry_after: None,
        }
    }

    /// Where a task stands: a word that nobody documented is text for people.
    pub(super) fn status_of(&self, word: &str) -> Status {
        match Status::from_word(word) {
            Status::Other(word) => Status::Other(self.for_people(&word)),
            known => known,
        }
    }

    /// Text of the server, fit for people: without the key, on one line, not too long.
    pub(crate) fn for_people(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| for_people(text), |key| without_key(text, key))
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The error object in the body, in any of the shapes of the reference, section 9.
    pub(crate) fn error_object(&self) -> Option<ApiError> {
        let json = self.json.as_ref()?;
        let message = ["message", "description", "msg", "error_message", "detail"];
        let (kind, code, message) = match json.get("error") {
            Some(error @ Value::Object(_)) => {
                (pick::word(error, "type"), pick::word(error, "code"), pick::text(error, &message))
            }
            Some(Value::String(error)) if !error.trim().is_empty() => {
                (None, pick::word(json, "code"), Some(error.as_str()))
            }
            _ => {
                let failed =
                    self.is_marked_as_error() || (!self.is_success() && pick::text(json, &message).is_some());
                if !failed {
                    return None;
                }
                (pick::word(json, "type"), pick::word(json, "code"), pick::text(json, &message))
            }
        };
        Some(self.api_error(kind, code, message.unwrap_or("the server gave no reason")))
    }

    /// Whether the answer itself says that it is an error, beside whatever else it holds.
    pub(crate) fn is_marked_as_error(&self) -> bool {
        self.json.as_ref().is_some_and(|json| {
            json.get("success") == Some(&Value::Bool(false))
                || pick::word(json, "code").is_some_and(|code| !is_success_code(&code))
        })
    }

    /// What the server said went wrong, even if all there is to show is a piece of HTML.
    pub(crate) fn to_api_error(&self) -> ApiError {
        self.error_object().unwrap_or_else(|| {
            let message = match (&self.location, self.status) {
                (Some(place), 300..400) => ["the server points to ", place].concat(),
                _ if self.excerpt.is_empty() => "an empty answer".to_owned(),
                _ => self.excerpt.clone(),
            };
            self.api_error(None, None, &message)
        })
    }

    fn api_error(&self, kind: Option<String>, code: Option<String>, message: &str) -> ApiError {
        ApiError {
            status: Some(self.status),
            kind: kind.map(|kind| self.for_people(&kind)),
            code: code.map(|code| self.for_people(&code)),
            message: self.for_people(message),
            request_id: self.request_id.clone().or_else(|| Some(self.for_people(&request_id_in(message)?))),
            retry_after: self.retry_after,
        }
    }
}

/// Without the body, which may be long and hold an echo of the key.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What could be shown of a body lies in its first bytes.
fn beginning(body: &[u8], key: &ApiKey) -> String {
    const LENGTH: usize = 2_048;
    // A little more, so that no echo of the key is cut in two before it is found.
    let mut bytes = Vec::from(body.get(..LENGTH + key.longest_echo()).unwrap_or(body));
    key.redact(&mut bytes);
    without_key(&String::from_utf8_lossy(bytes.get(..LENGTH).unwrap_or(&bytes)), key)
}

/// Fit for people, and without the key, also where characters that nobody sees are strewn into it.
fn without_key(text: &str, key: &ApiKey) -> String {
    for_people(&key.redacted(&visible(text)))
}

/// Without what gateways put around a body: white space, byte order marks, NULs at the end.
fn unwrapped(body: &[u8]) -> &[u8] {
    let mut body = body.trim_ascii();
    while let Some(rest) = body.strip_prefix(b"\xEF\xBB\xBF").or_else(|| body.strip_suffix(b"\0")) {
        body = rest.trim_ascii();
    }
    body
}

/// The body, if it is JSON; a byte that is no UTF-8 spoils the text that it is in, and nothing else.
fn read_json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).or_else(|_| serde_json::from_str(&String::from_utf8_lossy(body))).ok()
}

/// Codes that stand for success: HTTP's own, and Midjourney's 1 (reference, sections 3 and 9.2).
fn is_success_code(code: &str) -> bool {
    matches!(code, "0" | "1" | "200" | "201" | "202" | "success" | "ok")
}

/// Real errors carry the id inside the message: `(request id: …)` (reference, section 2).
fn request_id_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("(request id: ")?;
    let (id, _) = rest.split_once(')')?;
    Some(id.trim().to_string()).filter(|id| !id.is_empty() && id.len() <= 128)
}

/// `Retry-After` in seconds, or as a date that is measured against the answer's own `Date`: the clock
/// of this machine has no say in it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(date).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Answer::read(&response.body(body).unwrap(), &ApiKey::new("sk-MARK").unwrap())
    }

    #[test]
    fn retry_after_in_both_forms() {
        let wait = |headers: &[(&str, &str)]| answer(429, headers, "").to_api_error().retry_after;
        assert_eq!(wait(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        let date = ("date", "Tue, 01 Sep 2026 08:00:00 GMT");
        assert_eq!(
            wait(&[date, ("retry-after", "Tue, 01 Sep 2026 08:01:30 GMT")]),
            Some(Duration::from_secs(90))
        );
        assert_eq!(wait(&[date, ("retry-after", "Tue, 01 Sep 2026 07:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(wait(&[("retry-after", "Tue, 01 Sep 2026 08:01:30 GMT")]), None);
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn request_ids_from_header_body_and_message() {
        let id = |headers: &[(&str, &str)], body| answer(401, headers, body).to_api_error().request_id;
        assert_eq!(id(&[("X-Oneapi-Request-Id", "r1")], "{}").as_deref(), Some("r1"));
        assert_eq!(id(&[], r#"{"request_id":"r2","error":{"message":"no"}}"#).as_deref(), Some("r2"));
        assert_eq!(
            id(&[], r#"{"error":{"message":"invalid API key (request id: r3)"}}"#).as_deref(),
            Some("r3")
        );
        assert_eq!(id(&[], ""), None);
    }

    #[test]
    fn success_is_no_error() {
        for body in [
            r#"{"code":200,"data":[]}"#,
            r#"{"code":1,"description":"ok"}"#,
            r#"{"error":null}"#,
            "{}",
            "<html>",
        ] {
            assert_eq!(answer(200, &[], body).error_object(), None, "{body}");
        }
    }

    #[test]
    fn what_gateways_add_to_a_body_hides_nothing() {
        let accepted = br#"{"data":[{"task_id":"task_new","note":"caf?"}]}"#;
        let spoilt: Vec<u8> = accepted.iter().map(|byte| if *byte == b'?' { 0xE9 } else { *byte }).collect();
        let marked = [b"\r\n\xEF\xBB\xBF", accepted.as_slice(), b"\0\0\n"].concat();
        for body in [spoilt, marked] {
            let response = Response::builder().status(200).body(body).unwrap();
            let answer = Answer::read(&response, &ApiKey::new("sk-MARK").unwrap());
            assert_eq!(answer.submission(None).unwrap().task_id.as_str(), "task_new");
        }
    }

    #[test]
    fn characters_that_nobody_sees_hide_no_key() {
        let body = r#"{"error":{"message":"bad key sk-M\u202eA\u200bRK (request id: sk\u2066-MARK)"}}"#;
        let shown = alloc::format!("{:?}", answer(401, &[], body).to_api_error());
        assert!(!shown.contains("MARK"), "{shown}");
    }

    #[test]
    fn the_key_is_cut_out_of_texts_and_never_out_of_data() {
        let echo = answer(
            401,
            &[("x-oneapi-request-id", "id-sk-MARK")],
            r#"{"error":{"message":"bad key sk-MARK","type":"sk\u002dMARK","code":"sk-MARK"}}"#,
        );
        let shown = alloc::format!("{:?} {echo:?}", echo.to_api_error());
        assert!(!shown.contains("MARK"), "{shown}");
        let page = [" ".repeat(2_040).as_str(), "sk-MARK"].concat();
        assert!(!answer(502, &[], &page).to_api_error().message.contains("sk-MA"), "not even half of it");
        let task = answer(200, &[], r#"{"data":[{"task_id":"ask-MARKED"}]}"#);
        assert_eq!(task.submission(None).unwrap().task_id.as_str(), "ask-MARKED");
    }
}
