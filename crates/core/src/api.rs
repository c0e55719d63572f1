//! Calls become HTTP requests, and HTTP answers come in: the only place that sees the key.

use alloc::string::String;
use alloc::vec::Vec;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, Uri};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::action::Action;
use crate::error::Invalid;
use crate::values::{ApiKey, BaseUrl, IdempotencyKey, Language, TaskId};
use crate::wire::Answer;

/// One call of the API as plain data, without the key: a job, a test case or a log line that holds one
/// cannot leak the secret.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// Asks for new work. Each accepted one is billed.
    Submit {
        /// What to do.
        action: Action,
        /// Whose claim it is; the same on every attempt of one job.
        ticket: IdempotencyKey,
        /// Whether it carries the ticket as its `Idempotency-Key`.
        idempotency_key: bool,
    },
    /// Looks at a task in the unified vocabulary (reference, section 5). Free.
    Task(TaskId),
    /// Looks at a task in Midjourney's vocabulary, with its buttons (reference, section 6). Free.
    MidjourneyTask(TaskId),
}

impl Call {
    /// Whether an accepted call is billed.
    pub const fn costs_money(&self) -> bool {
        matches!(self, Self::Submit { .. })
    }

    const fn method(&self) -> Method {
        if self.costs_money() { Method::POST } else { Method::GET }
    }

    fn path(&self) -> String {
        match self {
            Self::Submit { action, .. } => String::from(action.spec().path),
            Self::Task(task_id) => ["/v1/tasks/", &task_id.encoded()].concat(),
            Self::MidjourneyTask(task_id) => ["/v1/midjourney/", &task_id.encoded()].concat(),
        }
    }
}

/// As JSON: the request without the account, that is `method`, `path` and, for a submission, `body`.
impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Call", 3)?;
        members.serialize_field("method", self.method().as_str())?;
        members.serialize_field("path", &self.path())?;
        match self {
            Self::Submit { action, .. } => members.serialize_field("body", &action.as_body())?,
            Self::Task(_) | Self::MidjourneyTask(_) => members.skip_field("body")?,
        }
        members.end()
    }
}

/// An account on an API: turns calls into requests.
///
/// ```
/// use zoomout_core::{Api, ApiKey, Call, TaskId};
///
/// let api = Api::new(ApiKey::new("sk-secret")?);
/// let request = api.request(&Call::Task(TaskId::new("task_1")?));
/// assert_eq!(request.method(), "GET");
/// assert_eq!(request.uri(), "https://api.apimart.ai/v1/tasks/task_1");
/// assert!(!format!("{request:?}").contains("sk-secret"));
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Api {
    base: BaseUrl,
    key: ApiKey,
    user_agent: HeaderValue,
    language: Option<Language>,
}

impl Api {
    /// The public API with this key.
    pub fn new(key: ApiKey) -> Self {
        Self {
            base: BaseUrl::default(),
            key,
            user_agent: HeaderValue::from_static(concat!("zoomout/", env!("CARGO_PKG_VERSION"))),
            language: None,
        }
    }

    /// Another address of the API.
    #[must_use]
    pub fn base(mut self, base: BaseUrl) -> Self {
        self.base = base;
        self
    }

    /// The language in which the messages of failed tasks are worded.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Names the program in front of our own name in the `User-Agent` header.
    ///
    /// # Errors
    /// [`Invalid`] if the name cannot stand in a header.
    pub fn user_agent(mut self, program: &str) -> Result<Self, Invalid> {
        let text = [program, " zoomout/", env!("CARGO_PKG_VERSION")].concat();
        self.user_agent = HeaderValue::from_str(text.trim_start()).map_err(|_| {
            Invalid::new("user_agent", format_args!("must be visible ASCII, got {program:?}"))
        })?;
        Ok(self)
    }

    /// The address of the API.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// What tells this account from others in a ledger: a fingerprint of its key, which nobody gets the key from.
    /// With another salt it is another one.
    pub fn account(&self, salt: &[u8]) -> String {
        self.key.fingerprint(salt)
    }

    /// The text, with the key overwritten wherever it holds it: for what is kept on disk.
    pub fn without_key(&self, text: &str) -> String {
        self.key.redacted(text)
    }

    /// An answer to one of this account's calls, as a [`Machine`](crate::Machine) takes it.
    ///
    /// This is the only way in. It cuts the key out of every text that is meant for people, so that a server
    /// that echoes it cannot bring it into an error or a log, and out of nothing else.
    pub fn answer(&self, response: &Response<impl AsRef<[u8]>>) -> Answer {
        Answer::read(response, &self.key)
    }

    /// The request that makes `call`.
    pub fn request(&self, call: &Call) -> Request<Vec<u8>> {
        let body = match call {
            Call::Submit { action, .. } => action.body(),
            Call::Task(_) | Call::MidjourneyTask(_) => Vec::new(),
        };
        let query = match self.language {
            Some(language) if !call.costs_money() => ["?language=", language.as_str()].concat(),
            _ => String::new(),
        };
        let mut request = Request::new(body);
        *request.method_mut() = call.method();
        // A base URL and an encoded task id are made of characters that a URI takes as they are.
        *request.uri_mut() =
            [self.base.as_str(), &call.path(), &query].concat().parse().unwrap_or_else(|_| Uri::default());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, self.key.bearer());
        headers.insert(USER_AGENT, self.user_agent.clone());
        if let Call::Submit { ticket, idempotency_key, .. } = call {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let key = HeaderValue::from_str(ticket.as_str()).ok();
            if let Some(key) = key.filter(|_| *idempotency_key) {
                headers.insert(HeaderName::from_static("idempotency-key"), key);
            }
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Zoom;
    use alloc::format;

    fn api() -> Api {
        Api::new(ApiKey::new("sk-MARK").unwrap())
    }

    fn submission(idempotency_key: bool) -> Call {
        let action = Zoom::by_ratio(TaskId::new("task_1").unwrap(), None).into();
        Call::Submit { action, ticket: IdempotencyKey::new("k-1").unwrap(), idempotency_key }
    }

    #[test]
    fn a_submission_carries_everything_it_needs() {
        let request = api().request(&submission(true));
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), "https://api.apimart.ai/v1/midjourney/generations/zoom");
        assert_eq!(request.body(), br#"{"task_id":"task_1"}"#);
        let header = |name: &str| request.headers()[name].as_bytes();
        assert_eq!(header("authorization"), b"Bearer sk-MARK");
        assert_eq!(header("content-type"), b"application/json");
        assert_eq!(header("idempotency-key"), b"k-1");
        assert!(header("user-agent").starts_with(b"zoomout/"));
        assert!(!api().request(&submission(false)).headers().contains_key("idempotency-key"));
    }

    #[test]
    fn looks_name_the_task_and_the_language() {
        let api = api().base("https://gateway.example/apimart/v1".parse().unwrap());
        let task = TaskId::new("task_1").unwrap();
        let look = api.clone().language("zh".parse().unwrap()).request(&Call::Task(task.clone()));
        assert_eq!(look.uri(), "https://gateway.example/apimart/v1/tasks/task_1?language=zh");
        let look = api.request(&Call::MidjourneyTask(task));
        assert_eq!(look.uri(), "https://gateway.example/apimart/v1/midjourney/task_1");
        assert!(look.body().is_empty() && !look.headers().contains_key("content-type"));
    }

    #[test]
    fn debug_shows_no_key() {
        let call = submission(false);
        let shown = format!("{:?} {:?} {:?}", api(), api().request(&call), call);
        assert!(!shown.contains("MARK"), "{shown}");
    }
}
