//! The published prices.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use zoomout_core::{BillingKey, Speed, for_people};

use crate::usd::Usd;

/// What is charged for a call, as observed on one day (reference, section 11.2).
const PUBLISHED: &str = include_str!("prices.json");

/// What submissions cost, and when that was known.
///
/// A file of prices is one JSON object:
///
/// ```
/// use zoomout_batch::Prices;
///
/// let file = r#"{
///     "observed": "2026-09-21",
///     "cells": { "midjourney": 0.04504, "midjourney@zoom": 0.05504, "midjourney@zoom-turbo": "0.10" }
/// }"#;
/// assert_eq!(Prices::from_json(file.as_bytes())?.observed(), "2026-09-21");
/// # Ok::<(), zoomout_batch::BadPrices>(())
/// ```
///
/// `observed` is a day, year first. `cells` are the price cells by their names in the API's list,
/// `midjourney@<action>[-<version>][-<speed>]` or `midjourney` for all others; each is what one call is charged in
/// USD, a number or text, with at most nine digits after the point. Nothing else may be in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    observed: String,
    #[serde(deserialize_with = "each_once")]
    cells: BTreeMap<String, Usd>,
}

/// What is wrong with a file of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPrices(String);

impl Prices {
    /// The prices that were published when this version was made.
    pub fn published() -> Self {
        // A test reads it, so it is never the empty one.
        Self::from_json(PUBLISHED.as_bytes())
            .unwrap_or_else(|_| Self { observed: String::new(), cells: BTreeMap::new() })
    }

    /// The prices in a file.
    ///
    /// # Errors
    /// [`BadPrices`], naming the member that is wrong.
    pub fn from_json(text: &[u8]) -> Result<Self, BadPrices> {
        let prices: Self = serde_json::from_slice(text).map_err(|error| BadPrices::new(&error))?;
        if !is_day(&prices.observed) {
            let got = for_people(&prices.observed);
            return Err(BadPrices::new(&format_args!(
                "observed must be a day such as 2026-09-21, got {got:?}"
            )));
        }
        let is_cell = |name: &&String| *name == "midjourney" || name.starts_with("midjourney@");
        match prices.cells.keys().find(|name| !is_cell(name)) {
            None => Ok(prices),
            Some(name) => {
                let got = for_people(name);
                Err(BadPrices::new(&format_args!(
                    "cells must have names such as midjourney@zoom-turbo, got {got:?}"
                )))
            }
        }
    }

    /// The day on which these were the prices.
    pub fn observed(&self) -> &str {
        &self.observed
    }

    /// The most that one submission is charged, if that is known. The version of the parent decides where there are
    /// cells for versions, and nobody knows it before: then it is the dearest of them.
    pub fn of(&self, billing_key: BillingKey) -> Option<Usd> {
        let first =
            |version| billing_key.lookup(version).iter().find_map(|cell| self.cells.get(cell)).copied();
        let versions = self.versions();
        versions.into_iter().map(Some).chain([None]).filter_map(first).max()
    }

    /// The versions that there are cells for.
    fn versions(&self) -> BTreeSet<&str> {
        let parts = self.cells.keys().flat_map(|cell| cell.split('-').skip(1));
        parts.filter(|part| part.parse::<Speed>().is_err()).collect()
    }
}

/// Price cells. One that is there twice is refused: of two prices, nobody knows which is true.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Usd>, D::Error> {
    deserializer.deserialize_map(Cells)
}

struct Cells;

impl<'de> Visitor<'de> for Cells {
    type Value = BTreeMap<String, Usd>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with price cells")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut cells = BTreeMap::new();
        while let Some((name, price)) = access.next_entry::<String, Usd>()? {
            if cells.contains_key(&name) {
                return Err(A::Error::custom(format_args!("{name:?} is there twice")));
            }
            cells.insert(name, price);
        }
        Ok(cells)
    }
}

/// A day such as 2026-09-21.
fn is_day(text: &str) -> bool {
    let in_range = |part: &str, length: usize, last: u16| {
        let is_number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number && part.parse().is_ok_and(|number| (1..=last).contains(&number))
    };
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day]
        if in_range(year, 4, 9999) && in_range(month, 2, 12) && in_range(day, 2, 31))
}

impl BadPrices {
    fn new(problem: &dyn fmt::Display) -> Self {
        Self(for_people(&problem.to_string()))
    }
}

impl fmt::Display for BadPrices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "these are no prices: {}", self.0)
    }
}

impl std::error::Error for BadPrices {}

#[cfg(test)]
mod tests {
    use super::*;
    use zoomout_core::{Action, Fields};

    fn key(noun: &str, speed: &str) -> BillingKey {
        let fields = Fields::new().with("task_id", "task_1").with("speed", speed);
        let fields = if noun == "upscale" { fields.with("index", 1_i64) } else { fields };
        Action::from_fields(noun, fields).unwrap().billing_key()
    }

    fn prices(cells: &str) -> Result<Prices, BadPrices> {
        Prices::from_json(format!(r#"{{"observed":"2026-11-01","cells":{{{cells}}}}}"#).as_bytes())
    }

    fn usd(text: &str) -> Option<Usd> {
        text.parse().ok()
    }

    #[test]
    fn the_published_ones() {
        let published = Prices::published();
        assert_eq!(published.observed(), "2026-09-21");
        for noun in ["zoom", "upscale"] {
            for (speed, price) in [("relax", "0.05504"), ("fast", "0.05504"), ("turbo", "0.1")] {
                assert_eq!(published.of(key(noun, speed)), usd(price), "{noun} {speed}");
            }
        }
    }

    #[test]
    fn the_first_cell_that_exists() {
        let some = prices(r#""midjourney":1,"midjourney@zoom":2"#).unwrap();
        assert_eq!(some.of(key("zoom", "turbo")), usd("2"));
        assert_eq!(some.of(key("upscale", "turbo")), usd("1"));
        assert_eq!(prices(r#""midjourney@zoom":2"#).unwrap().of(key("upscale", "relax")), None);
    }

    #[test]
    fn the_dearest_version() {
        let some =
            prices(r#""midjourney@zoom":2,"midjourney@zoom-v7":5,"midjourney@zoom-v6.1-turbo":9"#).unwrap();
        assert_eq!(some.of(key("zoom", "relax")), usd("5"));
        assert_eq!(some.of(key("zoom", "turbo")), usd("9"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let told = |text: &str| Prices::from_json(text.as_bytes()).unwrap_err().to_string();
        let files = [
            "",
            "[]",
            r#"{"cells":{}}"#,
            r#"{"observed":"yesterday","cells":{}}"#,
            r#"{"observed":"2026-13-01","cells":{}}"#,
            r#"{"observed":"2026-11-01","cells":{},"currency":"CNY"}"#,
            r#"{"observed":"2026-11-01","cells":{"zoom":1}}"#,
            r#"{"observed":"2026-11-01","cells":{"midjourney@zoom":-1}}"#,
            r#"{"observed":"2026-11-01","cells":{"midjourney@zoom":"free"}}"#,
            r#"{"observed":"2026-11-01","cells":{"midjourney":1,"midjourney":2}}"#,
            r#"{"observed":"2026-11-01","cells":[1]}"#,
        ];
        insta::assert_snapshot!(files.map(told).join("\n"));
    }
}
