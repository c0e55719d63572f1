//! Whatever a user can ask of a client, as one value.

use std::path::PathBuf;

use napi::Result;
use napi_derive::napi;
use serde::Deserialize;
use zoomout::{Error, TaskId};
use zoomout_binding::{Ask, Fetch, resolution};

use crate::failure::thrown;
use crate::loose::{self, Loose};
use crate::request::{NativeFields, NativeZoom};

/// Something that is asked of a client. Making one sends nothing.
#[napi]
pub struct NativeAsk(pub(crate) Ask);

#[napi]
impl NativeAsk {
    /// Zoom and wait.
    #[napi(factory, catch_unwind)]
    pub fn zoom(zoom: &NativeZoom) -> Self {
        Self(Ask::Run(zoom.order.clone()))
    }

    /// Zoom, and leave the task alone.
    #[napi(factory, catch_unwind)]
    pub fn submit(zoom: &NativeZoom) -> Self {
        Self(Ask::Submit(zoom.order.clone()))
    }

    /// Upscale and wait.
    #[napi(factory, catch_unwind)]
    pub fn upscale(fields: NativeFields<'_>) -> Result<Self> {
        fields.order("upscale").map(|order| Self(Ask::Run(order)))
    }

    /// Wait for a task.
    #[napi(factory, catch_unwind)]
    pub fn wait(task_id: Option<Loose<'_>>) -> Result<Self> {
        Ok(Self(Ask::Wait(named(task_id)?)))
    }

    /// Look at a task.
    #[napi(factory, catch_unwind)]
    pub fn task(task_id: Option<Loose<'_>>) -> Result<Self> {
        Ok(Self(Ask::Task(named(task_id)?)))
    }

    /// Look at what can be pressed under a picture.
    #[napi(factory, catch_unwind)]
    pub fn buttons(task_id: Option<Loose<'_>>) -> Result<Self> {
        Ok(Self(Ask::Buttons(named(task_id)?)))
    }

    /// Save the pictures of a task, which is given as JSON.
    #[napi(factory, catch_unwind)]
    pub fn download(task: Option<String>, path: Option<Loose<'_>>) -> Result<Self> {
        let task = task.as_deref().map(serde_json::from_str::<Finished>);
        let Some(Ok(task)) = task else {
            return Err(thrown(&Error::invalid("task", "must be a task with taskId and images")));
        };
        let task_id = TaskId::new(task.task_id.clone()).map_err(|error| thrown(&error.into()))?;
        let links = task.links();
        Ok(Self(Ask::Fetch(Fetch::All { task_id, links, path: target(path)? })))
    }

    /// Save what a link leads to.
    #[napi(factory, catch_unwind)]
    pub fn save(link: String, path: Option<Loose<'_>>) -> Result<Self> {
        Ok(Self(Ask::Fetch(Fetch::Save { link, path: target(path)? })))
    }

    /// Read what a link leads to.
    #[napi(factory, catch_unwind)]
    pub fn read(link: String) -> Self {
        Self(Ask::Fetch(Fetch::Read { link }))
    }

    /// List what is unfinished.
    #[napi(factory, catch_unwind)]
    pub const fn unfinished() -> Self {
        Self(Ask::Unfinished)
    }

    /// Settle what nobody knows.
    #[napi(factory, catch_unwind)]
    pub fn resolve(
        key: Option<Loose<'_>>,
        task_id: Option<Loose<'_>>,
        billed: Option<Loose<'_>>,
    ) -> Result<Self> {
        let resolve = || {
            let missing =
                || Error::invalid("key", "is missing: it must be that of an unconfirmed submission");
            let key = loose::text("key", key)?.ok_or_else(missing)?;
            let task_id = task_id.map(|task_id| loose::task_id(Some(task_id))).transpose()?;
            Ok(Self(Ask::Resolve(key, resolution(task_id, loose::flag("billed", billed)?)?)))
        };
        resolve().map_err(|error| thrown(&error))
    }
}

/// What a task must have left, so that its pictures can be saved.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finished {
    task_id: String,
    images: Vec<Picture>,
    #[serde(default)]
    grid_image_url: Option<String>,
}

#[derive(Deserialize)]
struct Picture {
    url: String,
}

impl Finished {
    /// Those of its pictures; the grid's where it has no others.
    fn links(self) -> Vec<String> {
        if self.images.is_empty() {
            return self.grid_image_url.into_iter().collect();
        }
        self.images.into_iter().map(|picture| picture.url).collect()
    }
}

pub(crate) fn named(task_id: Option<Loose<'_>>) -> Result<TaskId> {
    loose::task_id(task_id).map_err(|error| thrown(&error))
}

pub(crate) fn target(path: Option<Loose<'_>>) -> Result<PathBuf> {
    let path = loose::text("path", path).and_then(|path| {
        path.ok_or_else(|| Error::invalid("path", "is missing: it must be a file or a folder"))
    });
    path.map(PathBuf::from).map_err(|error| thrown(&error))
}
