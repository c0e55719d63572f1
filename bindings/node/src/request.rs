//! A zoom or an upscale before it is sent.

use napi::Result;
use napi_derive::napi;
use serde_json::Value;
use zoomout::{Action, Error, Fields, Order, Tier};

use crate::failure::thrown;
use crate::loose::{Loose, given};

/// The fields of a submission, loosely typed.
#[napi(object, object_to_js = false)]
pub struct NativeFields<'a> {
    /// The parent.
    pub task_id: Option<Loose<'a>>,
    /// How far to zoom out.
    pub zoom_ratio: Option<Loose<'a>>,
    /// A button of the parent.
    pub custom_id: Option<Loose<'a>>,
    /// A tile of the parent, 1 to 4.
    pub index: Option<Loose<'a>>,
    /// `relax`, `fast` or `turbo`.
    pub speed: Option<Loose<'a>>,
    /// The caller's own notes, as JSON text.
    pub metadata: Option<String>,
    /// The name under which it is submitted once.
    pub key: Option<Loose<'a>>,
    /// Whether to submit it anew where it has ended.
    pub again: Option<Loose<'a>>,
}

impl NativeFields<'_> {
    fn fields(self) -> std::result::Result<Fields, Error> {
        let metadata = self.metadata.map(|text| serde_json::from_str::<Value>(&text)).transpose();
        Ok(Fields::new()
            .with_given("task_id", given(self.task_id))
            .with_given("zoom_ratio", given(self.zoom_ratio))
            .with_given("custom_id", given(self.custom_id))
            .with_given("index", given(self.index))
            .with_given("speed", given(self.speed))
            .with_given("key", given(self.key))
            .with_given("again", given(self.again))
            .with_given("metadata", metadata.map_err(|error| Error::invalid("metadata", error))?))
    }

    pub(crate) fn order(self, noun: &str) -> Result<Order> {
        self.fields()
            .and_then(|fields| Order::from_fields(noun, fields).map_err(Error::from))
            .map_err(|error| thrown(&error))
    }
}

/// The names of the fields of an action, as the API has them, and of what an order has beside them.
#[napi(catch_unwind)]
pub fn field_names(noun: String) -> Vec<&'static str> {
    let fields = Action::spec_of(&noun).map_or(&[][..], |spec| spec.fields);
    fields.iter().map(|field| field.name).chain(["key", "again"]).collect()
}

/// A zoom before it is sent.
#[napi]
pub struct NativeZoom {
    pub(crate) order: Order,
}

#[napi]
impl NativeZoom {
    /// Checks the fields.
    #[napi(constructor, catch_unwind)]
    pub fn new(fields: NativeFields<'_>) -> Result<Self> {
        fields.order("zoom").map(|order| Self { order })
    }

    /// The tier that the ratio buys.
    #[napi(getter, catch_unwind)]
    pub fn tier(&self) -> Option<&'static str> {
        self.order.action.tier().map(Tier::as_str)
    }

    /// The price cell.
    #[napi(getter, catch_unwind)]
    pub fn billing_key(&self) -> String {
        self.order.action.billing_key().to_string()
    }

    /// The name under which it is submitted once.
    #[napi(getter, catch_unwind)]
    pub fn key(&self) -> Option<String> {
        self.order.key.as_ref().map(ToString::to_string)
    }

    /// Whether it is submitted anew where it has ended.
    #[napi(getter, catch_unwind)]
    pub fn again(&self) -> bool {
        self.order.again
    }

    /// The body of the request, as JSON text.
    #[napi(getter, catch_unwind)]
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.order.action.body()).into_owned()
    }
}
