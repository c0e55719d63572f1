//! How a value is read back from its serialised form: by the rule that made it.

/// Gives a value that is made by `$new` from a `$raw` the `Deserialize` that obeys the same rule.
macro_rules! checked {
    ($name:ident, $raw:ty, $new:expr) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <$raw as serde::Deserialize>::deserialize(deserializer)?;
                $new(raw).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use checked;
