//! The sections of a policy, each whole in its file: what stands in a file, how it is read, merged
//! and shown, and what rules judge by.

mod accounts;
pub(super) mod card;
pub(super) mod fail_on;
pub(super) mod follow_base_models;
pub(super) mod formats;
pub(super) mod integrity;
pub(super) mod license;
pub(super) mod limits;
pub(super) mod pickle;
pub(super) mod provenance;
pub(super) mod publishers;
pub(super) mod rules;
pub(super) mod sources;
pub(super) mod trust;
pub(super) mod waivers;
