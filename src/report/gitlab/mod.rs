//! What GitLab shows of a run.

pub(super) mod code_quality;
pub(super) mod sast;
