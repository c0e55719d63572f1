//! A submission as loosely typed fields, the way it arrives from Python, Node, a command line or a file.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde_json::{Map, Value};

use super::given::{FromGiven, Given};
use super::spec::Spec;
use crate::error::Invalid;
use crate::values::TaskId;

/// The fields of a submission before they were checked, under the API's own names.
///
/// A Rust program builds [`Zoom`](crate::Zoom) directly; this is the one place where the other faces turn
/// their values into a request, so that all of them refuse the same input with the same words. What may be
/// in it, the [`Spec`] of the action says.
///
/// ```
/// use zoomout_core::{Action, Fields};
///
/// let fields = Fields::new().with("task_id", "task_1").with("zoom_ratio", 0.0);
/// assert_eq!(Action::from_fields("zoom", fields).unwrap_err().field(), "zoom_ratio");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    typed: BTreeMap<String, Given>,
    extra: Map<String, Value>,
}

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Given>) -> Self {
        self.typed.insert(String::from(name), value.into());
        self
    }

    /// With this field, if it is given.
    #[must_use]
    pub fn with_given(self, name: &str, value: Option<impl Into<Given>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With a field that this version has no name for; see [`Zoom::extra`](crate::Zoom::extra).
    #[must_use]
    pub fn with_extra(mut self, name: &str, value: Value) -> Self {
        self.extra.insert(String::from(name), value);
        self
    }

    /// The id of a task, for calls that take nothing else.
    ///
    /// # Errors
    /// [`Invalid`], naming `task_id`, if it is missing or none.
    pub fn task_id(mut self) -> Result<TaskId, Invalid> {
        self.need("task_id")
    }

    /// The fields of a request's body, where typed and extra ones stand side by side.
    pub(crate) fn of_body(spec: &Spec, body: Map<String, Value>) -> Self {
        body.into_iter().fold(Self::new(), |fields, (name, value)| match spec.field(&name) {
            Some(field) => fields.with(field.name, value),
            None => fields.with_extra(&name, value),
        })
    }

    /// Takes the field of this name out, if it is given.
    pub(crate) fn take<T: FromGiven>(&mut self, name: &'static str) -> Result<Option<T>, Invalid> {
        self.typed.remove(name).map(|given| T::from_given(name, &given)).transpose()
    }

    /// Takes the field of this name out, which must be given.
    pub(crate) fn need<T: FromGiven>(&mut self, name: &'static str) -> Result<T, Invalid> {
        self.take(name)?
            .ok_or_else(|| Invalid::new(name, format_args!("is missing: it must be {}", T::LIMITS)))
    }

    /// The extra fields, if nothing else is left.
    pub(crate) fn rest(self, spec: &Spec, known: &[&'static Spec]) -> Result<Map<String, Value>, Invalid> {
        let Some((name, _)) = self.typed.first_key_value() else { return Ok(self.extra) };
        let elsewhere = known.iter().find_map(|other| other.field(name));
        Err(match elsewhere {
            Some(field) => {
                Invalid::new(field.name, format_args!("must not be given for the action {}", spec.noun))
            }
            None => Invalid::new(
                "extra",
                format_args!("is the place for {name:?}, which the action {} has no field for", spec.noun),
            ),
        })
    }
}
