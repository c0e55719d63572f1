//! A zoom before it is sent.

use napi_derive::napi;
use zoomout_core::{Action, Error, Fields, Tier};

use crate::outcome::Failure;

/// The fields of a zoom, loosely typed.
#[napi(object, object_to_js = false)]
pub struct ZoomFields {
    /// The parent.
    pub task_id: String,
    /// How far to zoom out.
    pub zoom_ratio: Option<f64>,
    /// A button of the parent.
    pub custom_id: Option<String>,
    /// A tile of the parent, 1 to 4.
    pub index: Option<i64>,
    /// `relax`, `fast` or `turbo`.
    pub speed: Option<String>,
    /// The caller's own notes, as JSON text.
    pub metadata: Option<String>,
}

/// What is known of a zoom before it is sent.
#[napi(object, object_from_js = false)]
pub struct ZoomFacts {
    /// The tier that the ratio buys.
    pub tier: Option<String>,
    /// The price cell.
    pub billing_key: String,
    /// The body of the request, as JSON text.
    pub body: String,
}

/// Either of the two.
#[napi(object, object_from_js = false)]
pub struct ZoomOutcome {
    /// What is known of the zoom.
    pub facts: Option<ZoomFacts>,
    /// Why it cannot be sent.
    pub failure: Option<Failure>,
}

/// Checks the fields of a zoom.
#[napi(catch_unwind)]
pub fn zoom_request(fields: ZoomFields) -> ZoomOutcome {
    match facts(fields) {
        Ok(facts) => ZoomOutcome { facts: Some(facts), failure: None },
        Err(error) => ZoomOutcome { facts: None, failure: Some(Failure::from(&error)) },
    }
}

fn facts(fields: ZoomFields) -> Result<ZoomFacts, Error> {
    let metadata = fields.metadata.map(|text| serde_json::from_str(&text)).transpose();
    let zoom = Fields {
        task_id: fields.task_id,
        zoom_ratio: fields.zoom_ratio,
        custom_id: fields.custom_id,
        index: fields.index,
        speed: fields.speed,
        metadata: metadata.map_err(|error| Error::invalid("metadata", error))?,
    }
    .zoom()?;
    let body = Action::from(zoom.clone()).body();
    Ok(ZoomFacts {
        tier: zoom.tier().map(Tier::as_str).map(str::to_owned),
        billing_key: zoom.billing_key().to_string(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
