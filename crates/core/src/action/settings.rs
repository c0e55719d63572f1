//! What every Midjourney submission accepts beside its own fields.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::Serialize;
use serde_json::Value;

use super::fields::Fields;
use super::spec::Spec;
use crate::error::Invalid;
use crate::values::{Metadata, Speed};

/// Speed, metadata and the fields that this version does not know yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speed: Option<Speed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Metadata>,
    #[serde(flatten)]
    pub(crate) extra: BTreeMap<String, Value>,
}

impl Settings {
    /// What is left of the fields once an action has taken its own.
    pub(crate) fn of(spec: &Spec, known: &[&'static Spec], mut fields: Fields) -> Result<Self, Invalid> {
        let (speed, metadata) = (fields.take("speed")?, fields.take("metadata")?);
        let mut settings = Self { speed, metadata, extra: BTreeMap::new() };
        for (name, value) in fields.rest(spec, known)? {
            settings.add_extra(spec, &name, value)?;
        }
        Ok(settings)
    }

    pub(crate) fn add_extra(&mut self, spec: &Spec, name: &str, mut value: Value) -> Result<(), Invalid> {
        if name.is_empty() {
            return Err(Invalid::new("extra", "must name each field"));
        }
        if spec.field(name).is_some() {
            return Err(Invalid::new(
                "extra",
                format_args!("must not be named {name:?}: this field has a typed place of its own"),
            ));
        }
        // Where a program keeps its objects in the order of insertion, equal ones would differ as text.
        value.sort_all_objects();
        self.extra.insert(String::from(name), value);
        Ok(())
    }
}

/// Gives an action the setters and getters of its `settings`.
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
            /// [`Invalid`](crate::Invalid) if the name is empty or has a typed setter: an extra field never
            /// overrides a typed one.
            pub fn extra(mut self, name: &str, value: serde_json::Value) -> Result<Self, crate::Invalid> {
                self.settings.add_extra(&Self::SPEC, name, value)?;
                Ok(self)
            }

            /// The price cell that an accepted submission is billed to.
            pub fn billing_key(&self) -> crate::BillingKey {
                crate::BillingKey::new(Self::SPEC.price, self.settings.speed)
            }
        }
    };
}

pub(crate) use with_settings;
