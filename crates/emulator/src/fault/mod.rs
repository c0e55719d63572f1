//! Faults on demand: what they do to a request. Which one they strike is up to the `script`.

mod answer;
mod script;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use script::Faults;
pub use script::{Rule, Script, Target};

use crate::reply::{Part, Wire};
use crate::task::Ending;

/// What a fault does.
///
/// `executed` says whether a submission is accepted, and billed, before the fault shows.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Reset the connection after the request was read.
    Reset {
        /// Whether the request is carried out first.
        #[serde(default = "yes")]
        executed: bool,
    },
    /// Close the connection without a byte.
    Close {
        /// Whether the request is carried out first.
        #[serde(default = "yes")]
        executed: bool,
    },
    /// Say nothing until the client gives up.
    Hang {
        /// Whether the request is carried out first.
        #[serde(default = "yes")]
        executed: bool,
    },
    /// Carry the request out, and stop in the middle of this part of the answer.
    Cut {
        /// Where to stop.
        part: Part,
    },
    /// Carry the request out, and answer byte by byte.
    Drip {
        /// Milliseconds of real time between two bytes.
        millis: u64,
    },
    /// Carry the request out, and send these bytes in place of an answer.
    Raw {
        /// The bytes, as text.
        text: String,
    },
    /// Carry the request out, and declare a length that is not that of the body.
    WrongLength {
        /// How many bytes too many are declared; too few if negative.
        by: i64,
    },
    /// Carry the request out, answer, and close the connection as soon as the next request comes in on it.
    Stale,
    /// Reset the connection, and refuse others for a while.
    Refuse {
        /// Milliseconds of real time.
        millis: u64,
    },
    /// Carry the request out, and answer 200 with JSON that is not UTF-8.
    InvalidUtf8,
    /// Carry the request out, and answer 200 with JSON so many arrays deep.
    DeeplyNested {
        /// How deep.
        depth: usize,
    },
    /// Carry the request out, and answer 200 with so many spaces.
    Huge {
        /// How many.
        bytes: usize,
    },
    /// Answer 429.
    RateLimit {
        /// Seconds for the header `Retry-After`; without a number, it is left out.
        #[serde(default)]
        retry_after: Option<u64>,
        /// Whether the header names the moment rather than the seconds.
        #[serde(default)]
        as_date: bool,
    },
    /// Give this answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Header fields.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body: a string as it is, anything else as JSON.
        #[serde(default)]
        body: Value,
        /// Whether the request is carried out first.
        #[serde(default)]
        executed: bool,
    },
    /// Accept the submission; its task fails half-way, for this reason, and is refunded.
    TaskFails {
        /// The reason, for example `Banned prompt detected`.
        reason: String,
    },
    /// Accept the submission; its task never gets done and fails after 30 minutes.
    TaskTimesOut,
    /// Accept the submission; its task waits in MODAL and is cancelled after 30 minutes.
    TaskModal {
        /// Whether the unified query calls it processing; else it shows `modal` there, too.
        #[serde(default)]
        hidden: bool,
    },
    /// Accept the submission; its task is cancelled half-way.
    TaskCancelled,
    /// Show this status in place of the task's own.
    Status {
        /// The word.
        word: String,
    },
    /// Show this progress in place of the task's own.
    Progress {
        /// From 0 to 100, or whatever.
        percent: i64,
    },
    /// Show a finished task without its pictures.
    NoPictures,
}

const fn yes() -> bool {
    true
}

impl Fault {
    fn fits(&self, target: Target) -> bool {
        match self {
            Self::Reset { .. } | Self::Close { .. } | Self::Hang { .. } => true,
            Self::Refuse { .. } => target == Target::Connection,
            Self::Cut { .. }
            | Self::Drip { .. }
            | Self::Raw { .. }
            | Self::WrongLength { .. }
            | Self::Stale
            | Self::InvalidUtf8
            | Self::DeeplyNested { .. }
            | Self::Huge { .. }
            | Self::RateLimit { .. }
            | Self::Answer { .. } => target != Target::Connection,
            Self::TaskFails { .. } | Self::TaskTimesOut | Self::TaskModal { .. } | Self::TaskCancelled => {
                matches!(target, Target::Zoom | Target::Upscale)
            }
            Self::Status { .. } | Self::Progress { .. } | Self::NoPictures => {
                matches!(target, Target::Task | Target::MidjourneyTask)
            }
        }
    }

    /// Whether the request is carried out all the same.
    pub(crate) fn executes(&self) -> bool {
        match self {
            Self::Reset { executed }
            | Self::Close { executed }
            | Self::Hang { executed }
            | Self::Answer { executed, .. } => *executed,
            Self::RateLimit { .. } | Self::Refuse { .. } => false,
            _ => true,
        }
    }

    /// What happens on the wire.
    pub(crate) fn wire(&self) -> Wire {
        match self {
            Self::Reset { .. } => Wire::Reset,
            Self::Close { .. } => Wire::Close,
            Self::Hang { .. } => Wire::Hang,
            Self::Cut { part } => Wire::Cut(*part),
            Self::Drip { millis } => Wire::Drip(*millis),
            Self::Raw { text } => Wire::Raw(text.clone().into_bytes()),
            Self::WrongLength { by } => Wire::WrongLength(*by),
            Self::Stale => Wire::Stale,
            Self::Refuse { millis } => Wire::Refuse(*millis),
            _ => Wire::Whole,
        }
    }

    /// How a task ends that is submitted under this fault.
    pub(crate) fn ending(&self) -> Ending {
        match self {
            Self::TaskFails { reason } => Ending::Fails(reason.clone()),
            Self::TaskTimesOut => Ending::TimesOut,
            Self::TaskModal { hidden } => Ending::Modal { hidden: *hidden },
            Self::TaskCancelled => Ending::Cancelled,
            _ => Ending::Succeeds,
        }
    }
}
