//! Rules: evidence × policy → findings, as pure functions.
//!
//! A rule is one file with its documentation beside it (`x.rs`, `x.md`) and one line in
//! [`RULES`]. Whatever a rule wants to know must first become evidence.

mod admission;
mod archives;
mod base_models;
pub mod card;
mod case;
pub mod discovery;
mod documentation;
mod files;
pub mod globals;
mod integrity;
mod license;
pub mod lock;
mod pickle;
mod provenance;
mod registry;
mod rule;
mod safetensors;
mod templates;
mod torch;
mod trust;
pub mod waivers;
mod wording;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use base_models::unjudged_base_model;
use case::Seen;
pub use case::{Case, LockState};
pub use documentation::documentation;
pub use license::license_reports;
pub use registry::{RULES, by_id};
pub use rule::{Check, Rule, Violation};
pub use trust::trust_report;
