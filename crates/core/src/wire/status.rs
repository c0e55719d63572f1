//! Where a task stands.

use alloc::string::{String, ToString};
use core::fmt;

/// Where a task stands: one vocabulary for the two that the API speaks (reference, section 10).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Accepted, not started.
    Pending,
    /// Running.
    Processing,
    /// Done, with pictures.
    Completed,
    /// Failed, and refunded.
    Failed,
    /// Cancelled, and refunded.
    Cancelled,
    /// Waiting for more input, which a zoom cannot give (reference, section 14.2).
    Modal,
    /// A word that nobody documented, kept as it came. It means "still running".
    Other(String),
}

impl Status {
    /// Understands the words of both vocabularies, in any case, and those for progress and success that other
    /// clients met. That a task failed counts only in a documented word.
    pub fn from_word(word: &str) -> Self {
        let word = word.trim();
        match word.to_ascii_lowercase().as_str() {
            "pending" | "submitted" | "queued" | "not_start" => Self::Pending,
            "processing" | "in_progress" => Self::Processing,
            "completed" | "success" | "succeeded" | "finished" | "done" => Self::Completed,
            "failed" | "failure" => Self::Failed,
            "cancelled" | "canceled" | "cancel" => Self::Cancelled,
            "modal" => Self::Modal,
            _ => Self::Other(word.to_string()),
        }
    }

    /// The word of the unified vocabulary, or the server's own where there is none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Modal => "modal",
            Self::Other(word) => word,
        }
    }

    /// Whether nothing will change any more.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_word(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_kept_and_not_final() {
        let status = Status::from_word(" WARMING_UP ");
        assert_eq!(status, Status::Other("WARMING_UP".into()));
        assert_eq!(status.as_str(), "WARMING_UP");
        assert!(!status.is_final());
    }

    #[test]
    fn unified_words_stand_for_themselves() {
        for word in ["pending", "processing", "completed", "failed", "cancelled", "modal"] {
            assert_eq!(Status::from_word(word).as_str(), word);
            assert_eq!(Status::from_word(&word.to_ascii_uppercase()).as_str(), word);
        }
    }
}
