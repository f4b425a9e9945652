//! Rules on the license under which a model may be used.

mod license_missing;
mod license_not_allowed;
mod license_unknown;
mod statement;

pub(super) use license_missing::LicenseMissing;
pub(super) use license_not_allowed::LicenseNotAllowed;
pub(super) use license_unknown::LicenseUnknown;
pub use statement::license_reports;
