//! Whose submissions they are.

use serde::Serialize;

/// What the fingerprints of accounts are salted with: the same for all who share a ledger, and of no use elsewhere.
pub type Salt = [u8; 16];

/// Whose submissions they are: an account on a server. A task of one is unknown to all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Owner {
    /// The address of the API.
    pub server: String,
    /// The account: a salted fingerprint of its key, from which nobody gets the key.
    pub account: String,
}
