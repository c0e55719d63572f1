//! The name of a batch, under which its rows have their keys.

use std::fmt;
use std::path::Path;

use zoomout_core::{Invalid, Key};

use crate::fingerprint::Fingerprint;

/// No longer name leaves room for the rest of a key, which has at most 256 characters.
const LONGEST: usize = 200;

/// So much of the end of a name is kept beside its fingerprint, for people.
const SHOWN: usize = 80;

/// The name of a batch: what the keys of its rows begin with. Under another name the same rows are paid for again.
///
/// ```
/// use std::path::Path;
/// use zoomout_batch::BatchName;
///
/// assert_eq!(BatchName::new("alps")?.to_string(), "alps");
/// assert_eq!(BatchName::of_folder(Path::new("/srv/alps")).to_string(), "/srv/alps");
/// # Ok::<(), zoomout_core::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchName(String);

impl BatchName {
    /// A name that somebody chose.
    ///
    /// # Errors
    /// [`Invalid`], naming `name`, if it is empty or holds control characters.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Invalid::new("name", "must be text without control characters, and not empty"));
        }
        Ok(Self(fit(name)))
    }

    /// The name of a batch that nobody named: the folder that it goes to, as a canonical path.
    pub fn of_folder(folder: &Path) -> Self {
        folder.to_str().and_then(|name| Self::new(name).ok()).unwrap_or_else(|| {
            // A path may hold anything but a zero.
            let bytes = folder.as_os_str().as_encoded_bytes();
            Self(beside(Fingerprint::of(bytes), &folder.to_string_lossy()))
        })
    }

    /// The key of the row with this request, where so many rows before it have the same.
    pub(crate) fn key(&self, request: Fingerprint, before: u32) -> Result<Key, Invalid> {
        Key::new(format!("{self}/{request}/{before}"))
    }
}

/// The name itself, or a shorter one that is nobody else's.
fn fit(name: &str) -> String {
    if name.chars().count() <= LONGEST { name.to_owned() } else { beside(Fingerprint::of(name), name) }
}

/// A fingerprint and the end of what it stands for.
fn beside(fingerprint: Fingerprint, name: &str) -> String {
    let chars: Vec<char> = name.chars().filter(|c| !c.is_control()).collect();
    let end: String = chars.iter().skip(chars.len().saturating_sub(SHOWN)).collect();
    format!("{fingerprint}…{end}")
}

impl fmt::Display for BatchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_key(name: &BatchName) -> Result<Key, Invalid> {
        name.key(Fingerprint::of("request"), u32::MAX)
    }

    #[test]
    fn every_name_makes_a_key() {
        for name in ["a", &"ж".repeat(LONGEST), &"ж".repeat(LONGEST + 1), &"/long".repeat(10_000)] {
            last_key(&BatchName::new(name).unwrap()).unwrap();
        }
        for folder in ["", "line\nbreak", "/srv/alps"] {
            last_key(&BatchName::of_folder(Path::new(folder))).unwrap();
        }
    }

    #[test]
    fn long_names_that_end_alike_differ() {
        let [one, other] =
            ["a", "b"].map(|start| BatchName::new(&(start.to_owned() + &"/x".repeat(500))).unwrap());
        assert_ne!(one, other);
        assert!(one.to_string().ends_with("/x/x"));
    }

    #[test]
    fn a_chosen_name_is_text() {
        for name in ["", "a\nb", "\u{9b}"] {
            assert_eq!(BatchName::new(name).unwrap_err().field(), "name");
        }
    }
}
