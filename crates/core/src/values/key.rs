//! The name under which a submission is made once.

use super::text::text_value;
use crate::error::Invalid;
use crate::people::for_people;
use alloc::string::String;

/// The name that a caller gives to a submission: 1 to 256 characters without control characters.
///
/// In one ledger, for one account on one server, it stands for one request: whoever submits under it again, from
/// whichever process, goes on with the task that was paid for.
///
/// ```
/// assert_eq!(zoomout_core::Key::new("album/17")?.as_str(), "album/17");
/// assert!(zoomout_core::Key::new("").is_err());
/// # Ok::<(), zoomout_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

text_value!(Key);

impl Key {
    const MAX_CHARS: usize = 256;

    fn check(text: &str) -> Result<(), Invalid> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) {
            return Ok(());
        }
        let problem = format_args!(
            "must be 1 to 256 characters without control characters, got {:?}",
            for_people(text)
        );
        Err(Invalid::new("key", problem))
    }
}
