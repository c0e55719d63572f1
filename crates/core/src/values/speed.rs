//! The queue a job runs in.

use core::fmt;
use core::str::FromStr;

use crate::error::Invalid;

/// The queue a job runs in, which also picks the price cell (reference, sections 4.1 and 11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// The default of the API when no speed is sent.
    Relax,
    /// Faster, at the price of relax (by the prices seen in 2026).
    Fast,
    /// Fastest, and dearer.
    Turbo,
}

impl Speed {
    /// Every speed, slowest first.
    pub const ALL: [Self; 3] = [Self::Relax, Self::Fast, Self::Turbo];

    /// The API's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relax => "relax",
            Self::Fast => "fast",
            Self::Turbo => "turbo",
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Speed {
    type Err = Invalid;

    /// # Errors
    /// [`Invalid`] for any word but `relax`, `fast` and `turbo`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|speed| speed.as_str() == text)
            .ok_or_else(|| Invalid::new("speed", format_args!("must be relax, fast or turbo, got {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_speeds_correspond() {
        for speed in Speed::ALL {
            assert_eq!(speed.as_str().parse::<Speed>().unwrap(), speed);
        }
        for word in ["", "Fast", "slow", "fast "] {
            assert_eq!(word.parse::<Speed>().unwrap_err().field(), "speed", "{word:?}");
        }
    }
}
