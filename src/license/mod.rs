//! Licenses: single ones, and expressions of several.
//!
//! A model card names licenses by the Hub's own ids (`apache-2.0`, `llama3.1`) or, outside of the
//! Hub, by SPDX expressions (`MIT OR Apache-2.0`). Both are read into the same [`LicenseTerm`]s, so
//! that `mit` of a card is `MIT` of a policy. The SPDX list is that of the crate `spdx`; case
//! never counts.

mod expression;
mod hub;
mod term;

pub use expression::LicenseExpression;
pub use hub::{HUB_LICENSES, HubLicense};
pub use term::{LicenseError, LicenseId, LicenseTerm, licenses_mentioned};
