//! A task as the unified query shows it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::Value;

use crate::error::ApiError;
use crate::values::TaskId;
use crate::wire::Status;

/// A picture of a finished task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Image {
    /// Where it can be downloaded, by anybody who has the link.
    pub url: String,
    /// When the link stops working, in Unix seconds: usually 24 hours after completion.
    pub expires_at: Option<u64>,
}

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
    /// The JSON object that the server sent for this task, with every field that this version does not
    /// know.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// Whether there is a picture to fetch: a finished task may hold only a grid.
    pub fn has_pictures(&self) -> bool {
        !self.images.is_empty() || self.grid_image_url.is_some()
    }
}
