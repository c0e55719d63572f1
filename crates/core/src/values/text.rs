//! What every value made of text has in common: how it is read, shown and written as JSON.

/// Gives a `struct Name(String)` with a `fn check(&str) -> Result<(), Invalid>` its conversions.
macro_rules! text_value {
    ($name:ident) => {
        impl $name {
            /// Checks the text and keeps it.
            ///
            /// # Errors
            /// [`Invalid`](crate::Invalid), naming the field. Nothing was sent.
            pub fn new(text: impl Into<alloc::string::String>) -> Result<Self, crate::error::Invalid> {
                let text = text.into();
                Self::check(&text)?;
                Ok(Self(text))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::error::Invalid;

            fn from_str(text: &str) -> Result<Self, crate::error::Invalid> {
                Self::new(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        $crate::values::checked::checked!($name, alloc::string::String, $name::new);
    };
}

pub(super) use text_value;
