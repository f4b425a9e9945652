//! Rules on archives that readers take differently.

pub(crate) mod archive_anomaly;
pub(crate) mod archive_link;
pub(crate) mod archive_path;
