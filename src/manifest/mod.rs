//! What the project uses: `models.yaml`, read and checked.

use crate::base::Place;

/// One model that the project uses.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name in reports: as written, or taken from the source.
    pub name: String,
    /// Where the model is, as written.
    pub source: String,
    /// Where `source` is written.
    pub source_place: Place,
    /// The revision, as written.
    pub revision: Option<String>,
    /// Where `revision` is written, if it is.
    pub revision_place: Option<Place>,
    /// Globs over paths inside the model that select what the project loads; empty for all.
    pub files: Vec<String>,
    /// The profile of the policy that judges it.
    pub profile: Option<String>,
}
