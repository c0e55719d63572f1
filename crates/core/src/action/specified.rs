//! What an action shows to everything that treats all actions alike.

use super::fields::Fields;
use super::settings::Settings;
use super::spec::Spec;
use super::tier::Tier;
use crate::error::Invalid;
use crate::values::TaskId;

/// An action: what its specification is, and how one is read from loosely typed fields.
pub(crate) trait Specified: Sized {
    /// Its row.
    const SPEC: Spec;

    /// Checks the fields; `known` are the rows of all actions, for the words of a refusal.
    fn from_fields(fields: Fields, known: &[&'static Spec]) -> Result<Self, Invalid>;

    fn settings(&self) -> &Settings;

    /// The task it starts from.
    fn parent(&self) -> Option<&TaskId>;

    /// How far it zooms out, if it does and if that is known.
    fn tier(&self) -> Option<Tier> {
        None
    }
}
