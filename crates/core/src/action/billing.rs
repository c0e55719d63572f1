//! The price cell that a submission is billed to, known before anything is sent.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::spec::Price;
use crate::values::Speed;

/// The price cell of a submission, such as `midjourney@zoom-fast` (reference, sections 4.6 and 11.1).
///
/// ```
/// use zoomout_core::{Speed, TaskId, Zoom};
///
/// let zoom = Zoom::by_ratio(TaskId::new("task_1")?, None).speed(Speed::Fast);
/// assert_eq!(zoom.billing_key().to_string(), "midjourney@zoom-fast");
/// assert_eq!(zoom.billing_key().lookup(Some("v7")).first().unwrap(), "midjourney@zoom-v7-fast");
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BillingKey {
    price: Price,
    speed: Option<Speed>,
}

impl BillingKey {
    pub(crate) const fn new(price: Price, speed: Option<Speed>) -> Self {
        // Relax is the default and adds nothing to the key.
        let speed = match speed {
            Some(Speed::Relax) | None => None,
            other => other,
        };
        Self { price, speed }
    }

    /// The cells in the order in which the API looks for a price, for a parent of this version (such
    /// as `v7` or `niji6`): the first one that exists in the price list is charged.
    pub fn lookup(self, version: Option<&str>) -> Vec<String> {
        let Self { price: Price { cell: action, .. }, speed } = self;
        let mut cells = Vec::new();
        if let Some(version) = version {
            if let Some(speed) = speed {
                cells.push(format!("midjourney@{action}-{version}-{speed}"));
            }
            cells.push(format!("midjourney@{action}-{version}"));
        }
        if let Some(speed) = speed {
            cells.push(format!("midjourney@{action}-{speed}"));
        }
        cells.push(format!("midjourney@{action}"));
        cells.push(String::from("midjourney"));
        cells
    }
}

impl fmt::Display for BillingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "midjourney@{}", self.price.cell)?;
        match self.speed {
            Some(speed) => write!(f, "-{speed}"),
            None => Ok(()),
        }
    }
}

impl serde::Serialize for BillingKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const ZOOM: Price = Price { cell: "zoom", versioned: false };

    #[test]
    fn relax_adds_nothing() {
        let key = |speed| BillingKey::new(ZOOM, speed).to_string();
        assert_eq!(key(None), "midjourney@zoom");
        assert_eq!(key(Some(Speed::Relax)), "midjourney@zoom");
        assert_eq!(key(Some(Speed::Fast)), "midjourney@zoom-fast");
        assert_eq!(key(Some(Speed::Turbo)), "midjourney@zoom-turbo");
    }

    #[test]
    fn the_documented_fallback_order() {
        let turbo = BillingKey::new(ZOOM, Some(Speed::Turbo));
        assert_eq!(
            turbo.lookup(Some("v7")),
            [
                "midjourney@zoom-v7-turbo",
                "midjourney@zoom-v7",
                "midjourney@zoom-turbo",
                "midjourney@zoom",
                "midjourney",
            ],
        );
        assert_eq!(turbo.lookup(None), ["midjourney@zoom-turbo", "midjourney@zoom", "midjourney"]);
        let relax = BillingKey::new(Price { cell: "upscale", ..ZOOM }, None);
        assert_eq!(relax.lookup(Some("v7")), ["midjourney@upscale-v7", "midjourney@upscale", "midjourney"]);
    }
}
