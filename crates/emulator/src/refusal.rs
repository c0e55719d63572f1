//! Answers that say no, in the shapes of the reference (sections 4.4 and 9).

use http::StatusCode;
use serde_json::{Value, json};

/// Why a request is not served.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// Seconds for the header `Retry-After`.
    pub(crate) retry_after: Option<u64>,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    /// `{"error":{"code","message","type"}}`
    Typed { kind: &'static str, message: String },
    /// `{"code","description"}`
    Midjourney { code: u8, description: String },
    /// `{"code","message"}`
    Plain { message: String },
}

impl Refusal {
    fn new(status: StatusCode, shape: Shape) -> Self {
        Self { status, retry_after: None, shape }
    }

    fn typed(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(status, Shape::Typed { kind, message: message.into() })
    }

    /// 401: the key is missing or wrong, in the words of a real answer.
    pub(crate) fn unauthorized() -> Self {
        Self::typed(StatusCode::UNAUTHORIZED, "apimart_error", "invalid API key")
    }

    /// 403: the task is somebody else's.
    pub(crate) fn foreign() -> Self {
        let message = "You do not have permission to access this resource";
        Self::typed(StatusCode::FORBIDDEN, "permission_error", message)
    }

    /// 400: something in the request is not what the documents say.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::typed(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    /// 400: the parent is a grid. Only the first words are published.
    pub(crate) fn not_upscaled() -> Self {
        Self::invalid("This action requires an upscaled task: call upscale on one tile of the grid first")
    }

    /// 400 with Midjourney's code 4.
    pub(crate) fn validation(description: impl Into<String>) -> Self {
        let description = description.into();
        Self::new(StatusCode::BAD_REQUEST, Shape::Midjourney { code: 4, description })
    }

    /// 404 with Midjourney's code 3: the parent does not exist, or no more.
    pub(crate) fn no_such_parent(task_id: &str) -> Self {
        let description = format!("task {task_id} not found");
        Self::new(StatusCode::NOT_FOUND, Shape::Midjourney { code: 3, description })
    }

    /// 404: there is no such task, or no more.
    pub(crate) fn no_such_task() -> Self {
        Self::typed(StatusCode::NOT_FOUND, "not_found_error", "The requested task does not exist")
    }

    /// 404: there is no such route.
    pub(crate) fn no_such_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, Shape::Plain { message: "not found".to_owned() })
    }

    /// 405: the route exists, with another method.
    pub(crate) fn wrong_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Shape::Plain { message: "method not allowed".to_owned() })
    }

    /// 429: too many submissions a minute.
    pub(crate) fn too_many(retry_after: Option<u64>) -> Self {
        let refusal = Self::typed(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_error",
            "Too many requests, please try again later",
        );
        Self { retry_after, ..refusal }
    }

    /// The JSON of the answer.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        let status = self.status.as_u16();
        match &self.shape {
            Shape::Typed { kind, message } => {
                let message = format!("{message} (request id: {request_id})");
                json!({ "error": { "code": status, "message": message, "type": kind } })
            }
            Shape::Midjourney { code, description } => json!({ "code": code, "description": description }),
            Shape::Plain { message } => json!({ "code": status, "message": message }),
        }
    }
}
