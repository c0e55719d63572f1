//! What every Midjourney submission accepts beside its own fields.

use alloc::string::String;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Error;
use crate::values::{Metadata, Speed};

/// Speed, metadata and the fields that this version does not know yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speed: Option<Speed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Metadata>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Settings {
    /// Names that have a typed place of their own.
    const TYPED: [&'static str; 6] = ["task_id", "custom_id", "index", "zoom_ratio", "speed", "metadata"];

    pub(crate) fn add_extra(&mut self, name: &str, value: Value) -> Result<(), Error> {
        if name.is_empty() || Self::TYPED.contains(&name) {
            return Err(Error::invalid(
                "extra",
                format_args!("must not be named {name:?}: this field has a typed place of its own"),
            ));
        }
        self.extra.insert(String::from(name), value);
        Ok(())
    }
}

/// Gives `Zoom` and `Upscale` the setters and getters of their `settings`.
macro_rules! with_settings {
    ($name:ident) => {
        impl $name {
            /// Chooses the queue, and with it the price cell. Not sent when not chosen: the API then
            /// takes `relax`.
            #[must_use]
            pub fn speed(mut self, speed: crate::Speed) -> Self {
                self.settings.speed = Some(speed);
                self
            }

            /// Attaches notes that the API keeps with the task.
            #[must_use]
            pub fn metadata(mut self, metadata: crate::Metadata) -> Self {
                self.settings.metadata = Some(metadata);
                self
            }

            /// Sends a field that this version of zoomout has no name for, such as `nsfw_check` or
            /// `webhook`. What the API makes of it, and whether it costs more, is the API's affair.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the name is empty or has a typed
            /// setter: an extra field never overrides a typed one.
            pub fn extra(mut self, name: &str, value: serde_json::Value) -> Result<Self, crate::Error> {
                self.settings.add_extra(name, value)?;
                Ok(self)
            }
        }
    };
}

pub(crate) use with_settings;
