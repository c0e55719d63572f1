//! A submission as loosely typed fields, the way it arrives from Python, Node or a command line.

use alloc::string::String;

use serde_json::Value;

use crate::Error;
use crate::action::Upscale;
use crate::action::Zoom;
use crate::values::{CustomId, Index, Metadata, TaskId, ZoomRatio};

/// The fields of a zoom or an upscale before they were checked, under the API's own names.
///
/// A Rust program builds [`Zoom`] directly; this is the one place where the other faces turn their
/// values into a request, so that all of them refuse the same input with the same words.
///
/// ```
/// use zoomout_core::Fields;
///
/// let fields = Fields { task_id: "task_1".into(), zoom_ratio: Some(0.0), ..Fields::default() };
/// assert_eq!(fields.zoom().unwrap_err().field(), Some("zoom_ratio"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The parent.
    pub task_id: String,
    /// How far to zoom out; not for an upscale.
    pub zoom_ratio: Option<f64>,
    /// A button of the parent; not together with `zoom_ratio` (zoom) or `index` (upscale).
    pub custom_id: Option<String>,
    /// A tile of the parent, 1 to 4.
    pub index: Option<i64>,
    /// `relax`, `fast` or `turbo`.
    pub speed: Option<String>,
    /// A JSON object of the caller's own notes.
    pub metadata: Option<Value>,
}

impl Fields {
    /// The zoom that the fields describe.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), naming the field. Nothing was sent.
    pub fn zoom(self) -> Result<Zoom, Error> {
        let task_id = TaskId::new(self.task_id)?;
        let mut zoom = match (self.zoom_ratio, self.custom_id) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "custom_id",
                    format_args!(
                        "must not be given together with zoom_ratio: the button decides the tier by itself"
                    ),
                ));
            }
            (None, Some(button)) => Zoom::by_button(task_id, CustomId::new(button)?),
            (ratio, None) => Zoom::by_ratio(task_id, ratio.map(ZoomRatio::new).transpose()?),
        };
        if let Some(index) = self.index {
            zoom = zoom.index(Index::new(index)?);
        }
        if let Some(speed) = self.speed {
            zoom = zoom.speed(speed.parse()?);
        }
        if let Some(metadata) = self.metadata {
            zoom = zoom.metadata(Metadata::new(metadata)?);
        }
        Ok(zoom)
    }

    /// The upscale that the fields describe.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid), naming the field. Nothing was sent.
    pub fn upscale(self) -> Result<Upscale, Error> {
        let task_id = TaskId::new(self.task_id)?;
        if self.zoom_ratio.is_some() {
            return Err(Error::invalid("zoom_ratio", format_args!("must not be given for an upscale")));
        }
        let mut upscale = match (self.index, self.custom_id) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    "custom_id",
                    format_args!("must not be given together with index: the button would win"),
                ));
            }
            (None, Some(button)) => Upscale::by_button(task_id, CustomId::new(button)?),
            (Some(index), None) => Upscale::by_index(task_id, Index::new(index)?),
            (None, None) => {
                return Err(Error::invalid(
                    "index",
                    format_args!("is missing: which tile of the grid, 1 to 4?"),
                ));
            }
        };
        if let Some(speed) = self.speed {
            upscale = upscale.speed(speed.parse()?);
        }
        if let Some(metadata) = self.metadata {
            upscale = upscale.metadata(Metadata::new(metadata)?);
        }
        Ok(upscale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn task() -> Fields {
        Fields { task_id: "task_1".into(), ..Fields::default() }
    }

    #[test]
    fn each_refusal_names_its_field() {
        let refusals = [
            (Fields::default(), "task_id"),
            (Fields { zoom_ratio: Some(f64::NAN), ..task() }, "zoom_ratio"),
            (Fields { custom_id: Some("a b".into()), ..task() }, "custom_id"),
            (Fields { zoom_ratio: Some(2.0), custom_id: Some("MJ::x".into()), ..task() }, "custom_id"),
            (Fields { index: Some(0), ..task() }, "index"),
            (Fields { speed: Some("warp".into()), ..task() }, "speed"),
            (Fields { metadata: Some(json!([1])), ..task() }, "metadata"),
        ];
        for (fields, name) in refusals {
            assert_eq!(fields.clone().zoom().unwrap_err().field(), Some(name), "{fields:?}");
        }
    }

    #[test]
    fn an_upscale_needs_a_tile_or_a_button() {
        assert_eq!(task().upscale().unwrap_err().field(), Some("index"));
        let both = Fields { index: Some(1), custom_id: Some("MJ::x".into()), ..task() };
        assert_eq!(both.upscale().unwrap_err().field(), Some("custom_id"));
        let ratio = Fields { index: Some(1), zoom_ratio: Some(2.0), ..task() };
        assert_eq!(ratio.upscale().unwrap_err().field(), Some("zoom_ratio"));
        assert!(Fields { index: Some(1), ..task() }.upscale().is_ok());
        assert!(Fields { custom_id: Some("MJ::x".into()), ..task() }.upscale().is_ok());
    }
}
