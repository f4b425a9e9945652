//! Rules on the models that a project's own text names.

mod manifest_status;
pub(crate) mod unlisted_model;
pub(crate) mod unlisted_revision;
pub(crate) mod unpinned_reference;
pub(crate) mod unresolved_reference;
mod wording;

pub use manifest_status::{Agreement, ListedModels, ManifestStatus, ReferenceCase, UNRESOLVED};

#[cfg(test)]
mod tests;
