//! A task as the unified query shows it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;
use super::images::{Image, grid, images};
use super::pick;

use crate::error::ApiError;
use crate::values::TaskId;
use crate::wire::Status;

/// A task as `GET /v1/tasks/{task_id}` shows it (reference, section 5).
///
/// As JSON it has these fields under these names, `null` where the server said nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Task {
    /// Its id.
    pub task_id: TaskId,
    /// Where it stands.
    pub status: Status,
    /// How far it is, 0 to 100.
    pub progress: Option<u8>,
    /// Its pictures, in the server's order, without duplicates. A zoom may give one or four
    /// (reference, section 14.1).
    pub images: Vec<Image>,
    /// The 2x2 picture, where there is one.
    pub grid_image_url: Option<String>,
    /// When it was created, in Unix seconds.
    pub created: Option<u64>,
    /// When it ended, in Unix seconds.
    pub completed: Option<u64>,
    /// How long the server expects it to take, in seconds.
    pub estimated_time: Option<u64>,
    /// How long it took, in seconds.
    pub actual_time: Option<u64>,
    /// Its price in USD. It may be there before the end: a price, not a proof of success.
    pub cost: Option<f64>,
    /// The same in credits.
    pub credits_cost: Option<f64>,
    /// Why it failed.
    pub error: Option<ApiError>,
    #[serde(skip)]
    pub(crate) raw: Value,
}

impl Task {
    /// A task of which nothing else is known: for tests, and for those who build one up field by field.
    pub fn new(task_id: TaskId, status: Status) -> Self {
        Self {
            task_id,
            status,
            progress: None,
            images: Vec::new(),
            grid_image_url: None,
            created: None,
            completed: None,
            estimated_time: None,
            actual_time: None,
            cost: None,
            credits_cost: None,
            error: None,
            raw: Value::Null,
        }
    }

    /// The JSON object that the server sent for this task, with every field that this version does not
    /// know.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The task as a record of its JSON shows it.
    pub(crate) fn recalled(task_id: &TaskId, raw: &Value) -> Option<Self> {
        Answer::recalled(raw).task(task_id)
    }

    /// The links to its pictures; one that shows only its grid has that one.
    pub fn links(&self) -> Vec<&str> {
        let mut links: Vec<&str> = self.images.iter().map(|image| image.url.as_str()).collect();
        if links.is_empty() {
            links.extend(self.grid_image_url.as_deref());
        }
        links
    }

    /// Whether there is a picture to fetch: a finished task may hold only a grid.
    pub fn has_pictures(&self) -> bool {
        !self.images.is_empty() || self.grid_image_url.is_some()
    }
}

impl Answer {
    /// The task in the answer, if it holds one: wrapped in `data`, in a list, or bare.
    pub(crate) fn task(&self, asked: &TaskId) -> Option<Task> {
        let json = self.object_about(asked)?;
        let status = self.status_of(pick::text(json, &["status"])?);
        let error = self
            .failure(json)
            .filter(|_| matches!(status, Status::Failed | Status::Cancelled | Status::Modal));
        Some(Task {
            task_id: asked.clone(),
            status,
            progress: pick::percent(json, "progress"),
            images: images(json),
            grid_image_url: grid(json),
            created: pick::whole(json, "created"),
            completed: pick::whole(json, "completed"),
            estimated_time: pick::whole(json, "estimated_time"),
            actual_time: pick::whole(json, "actual_time"),
            cost: pick::number(json, "cost"),
            credits_cost: pick::number(json, "credits_cost"),
            error,
            raw: json.clone(),
        })
    }

    /// The object that shows where the task stands that was asked for: in `data`, first in the list `data`, or
    /// the whole answer.
    ///
    /// One that names another task is a mix-up somewhere in between, and its picture somebody else's. One that
    /// names none must be a task by its other fields, and no error: an error with a status is a look that brought
    /// nothing, and no task that failed.
    pub(super) fn object_about(&self, asked: &TaskId) -> Option<&Value> {
        const OF_A_TASK: [&str; 12] = [
            "progress",
            "created",
            "completed",
            "estimated_time",
            "actual_time",
            "cost",
            "result",
            "action",
            "buttons",
            "image_urls",
            "grid_image_url",
            "url",
        ];
        let json = self.json.as_ref()?;
        let element = match json.get("data") {
            Some(Value::Array(elements)) => elements.first(),
            data => data,
        };
        let mut objects = [element, Some(json)].into_iter().flatten();
        let object = objects.find(|object| pick::text(object, &["status"]).is_some())?;
        let is_shown = |name: &&str| object.get(name).is_some_and(|value| !value.is_null());
        let mut named = pick::ids(object, &["id", "task_id", "taskId"]).peekable();
        let is_meant = if named.peek().is_some() {
            named.any(|named| named == *asked)
        } else {
            // Trouble on the way has no wrapper of a task around it.
            let may_be_trouble = core::ptr::eq(object, json) && self.says_that_it_failed(object);
            OF_A_TASK.iter().any(is_shown) && self.error_object().is_none() && !may_be_trouble
        };
        (is_meant && !self.is_envelope_of_an_error(object)).then_some(object)
    }

    /// Whether the answer as a whole is that of a server in trouble, whatever it says of a task beside that.
    fn is_envelope_of_an_error(&self, task: &Value) -> bool {
        let Some(json) = &self.json else { return false };
        let is_bare = core::ptr::eq(task, json);
        // The error of a bare task is its own.
        self.error_object().is_some() && (!is_bare || self.is_marked_as_error())
    }

    fn says_that_it_failed(&self, object: &Value) -> bool {
        let status = pick::text(object, &["status"]).map(|word| self.status_of(word));
        matches!(status, Some(Status::Failed | Status::Cancelled | Status::Modal))
    }

    /// Why a task failed, in the shapes of the reference, section 9.6.
    fn failure(&self, task: &Value) -> Option<ApiError> {
        let texts = ["message", "fail_reason", "error_message"];
        let (kind, code, message) = match task.get("error") {
            Some(error @ Value::Object(_)) => {
                (pick::word(error, "type"), pick::word(error, "code"), pick::text(error, &texts))
            }
            Some(Value::String(error)) if !error.trim().is_empty() => (None, None, Some(error.as_str())),
            _ => (None, None, pick::text(task, &texts)),
        };
        if kind.is_none() && code.is_none() && message.is_none() {
            return None;
        }
        Some(ApiError {
            kind: kind.map(|kind| self.for_people(&kind)),
            code: code.map(|code| self.for_people(&code)),
            message: self.for_people(message.unwrap_or("the server gave no reason")),
            ..ApiError::default()
        })
    }
}
