//! Rules on where a model comes from.

mod unpinned_revision;

pub(super) use unpinned_revision::UnpinnedRevision;
