//! Rules on the license under which a model may be used.

pub(crate) mod license_missing;
pub(crate) mod license_not_allowed;
pub(crate) mod license_unknown;
mod statement;

pub use statement::license_reports;
