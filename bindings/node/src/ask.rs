//! Whatever a user can ask of a client, as one value.

use napi::Result;
use napi_derive::napi;
use zoomout::TaskId;
use zoomout_binding::{Ask, Fetch};

use crate::failure::thrown;
use crate::request::{NativeFields, NativeZoom};

/// Something that is asked of a client. Making one sends nothing.
#[napi]
pub struct NativeAsk(pub(crate) Ask);

#[napi]
impl NativeAsk {
    /// Zoom and wait.
    #[napi(factory, catch_unwind)]
    pub fn zoom(zoom: &NativeZoom) -> Self {
        Self(Ask::Run(zoom.zoom.clone().into()))
    }

    /// Zoom, and leave the task alone.
    #[napi(factory, catch_unwind)]
    pub fn submit(zoom: &NativeZoom) -> Self {
        Self(Ask::Submit(zoom.zoom.clone().into()))
    }

    /// Upscale and wait.
    #[napi(factory, catch_unwind)]
    pub fn upscale(fields: NativeFields) -> Result<Self> {
        fields.upscale().map(|upscale| Self(Ask::Run(upscale.into())))
    }

    /// Wait for a task.
    #[napi(factory, catch_unwind)]
    pub fn wait(task_id: String) -> Result<Self> {
        Ok(Self(Ask::Wait(named(task_id)?)))
    }

    /// Look at a task.
    #[napi(factory, catch_unwind)]
    pub fn task(task_id: String) -> Result<Self> {
        Ok(Self(Ask::Task(named(task_id)?)))
    }

    /// Look at what can be pressed under a picture.
    #[napi(factory, catch_unwind)]
    pub fn buttons(task_id: String) -> Result<Self> {
        Ok(Self(Ask::Buttons(named(task_id)?)))
    }

    /// Save what the links of a task lead to.
    #[napi(factory, catch_unwind)]
    pub fn download(task_id: String, links: Vec<String>, path: String) -> Result<Self> {
        Ok(Self(Ask::Fetch(Fetch::All { task_id: named(task_id)?, links, path: path.into() })))
    }

    /// Save what a link leads to.
    #[napi(factory, catch_unwind)]
    pub fn save(link: String, path: String) -> Self {
        Self(Ask::Fetch(Fetch::Save { link, path: path.into() }))
    }

    /// Read what a link leads to.
    #[napi(factory, catch_unwind)]
    pub fn read(link: String) -> Self {
        Self(Ask::Fetch(Fetch::Read { link }))
    }
}

pub(crate) fn named(task_id: String) -> Result<TaskId> {
    TaskId::new(task_id).map_err(|error| thrown(&error.into()))
}
