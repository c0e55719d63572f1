//! The three queues.

use std::time::Duration;

use serde::Deserialize;

/// Which queue a job waits in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Speed {
    #[default]
    Relax,
    Fast,
    Turbo,
}

impl Speed {
    /// What it adds to a billing key; relax adds nothing.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Relax => "",
            Self::Fast => "-fast",
            Self::Turbo => "-turbo",
        }
    }

    /// How long a picture takes. The documents give no figure for zooms; this is imagine's span.
    pub(crate) fn painting(self) -> Duration {
        Duration::from_secs(match self {
            Self::Relax => 60,
            Self::Fast => 30,
            Self::Turbo => 15,
        })
    }
}
