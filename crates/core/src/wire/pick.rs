//! Picks fields out of JSON whose types vary from source to source.

use alloc::string::{String, ToString};

use serde_json::Value;

use crate::values::TaskId;

/// The first of these fields that is a non-empty string.
pub(super) fn text<'a>(value: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().filter_map(|name| value.get(name)?.as_str()).find(|text| !text.trim().is_empty())
}

/// A field that is a string or a number, as text; `500.0` is `500`.
pub(super) fn word(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_string()),
        Value::Number(number) if number.is_f64() => number.as_f64().map(|number| number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Those of these fields that are ids: text, or a whole number.
pub(super) fn ids(value: &Value, names: &[&str]) -> impl Iterator<Item = TaskId> {
    names.iter().filter_map(|name| match value.get(name)? {
        // One with a byte that was no UTF-8 is some other id.
        Value::String(text) if !text.contains(char::REPLACEMENT_CHARACTER) => TaskId::new(text.trim()).ok(),
        Value::Number(number) if !number.is_f64() => TaskId::new(number.to_string()).ok(),
        _ => None,
    })
}

/// A field that is a whole number, or one written as a string; a fraction is dropped.
pub(super) fn whole(value: &Value, name: &str) -> Option<u64> {
    match value.get(name)? {
        Value::Number(number) => number.as_u64().or_else(|| truncated(&number.to_string())),
        Value::String(text) => truncated(text.trim()),
        _ => None,
    }
}

fn truncated(text: &str) -> Option<u64> {
    text.split('.').next()?.parse().ok()
}

/// A field that is a number, or one written as a string.
pub(super) fn number(value: &Value, name: &str) -> Option<f64> {
    let number = match value.get(name)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A field that is a percentage: `45`, `45.5`, `"45"` or `"45%"`. More than 100 is 100.
pub(super) fn percent(value: &Value, name: &str) -> Option<u8> {
    let whole = match value.get(name)? {
        Value::String(text) => truncated(text.trim().trim_end_matches('%').trim_end()),
        _ => whole(value, name),
    }?;
    Some(u8::try_from(whole.min(100)).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn percentages_in_every_spelling() {
        let cases = [
            (json!(0), Some(0)),
            (json!(45.9), Some(45)),
            (json!("45%"), Some(45)),
            (json!(" 100 % "), Some(100)),
            (json!(250), Some(100)),
            (json!(-3), None),
            (json!("soon"), None),
            (json!(null), None),
            (json!([1]), None),
        ];
        for (progress, expected) in cases {
            assert_eq!(percent(&json!({ "progress": progress }), "progress"), expected, "{progress}");
        }
    }

    #[test]
    fn numbers_may_come_as_strings() {
        let value = json!({"a": "1790086440", "b": 1.79e9, "c": "0.05504", "d": true});
        assert_eq!(whole(&value, "a"), Some(1_790_086_440));
        assert_eq!(whole(&value, "b"), Some(1_790_000_000));
        assert_eq!(number(&value, "c"), Some(0.05504));
        assert_eq!(whole(&value, "d"), None);
        assert_eq!(number(&value, "d"), None);
    }
}
