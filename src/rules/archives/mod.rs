//! Rules on archives that readers take differently.

mod archive_anomaly;
mod archive_link;
mod archive_path;

pub(super) use archive_anomaly::ArchiveAnomaly;
pub(super) use archive_link::ArchiveLink;
pub(super) use archive_path::ArchivePath;
