//! What GitHub Actions show of a run, beside SARIF.

pub(super) mod annotations;
pub(super) mod outputs;
pub(super) mod summary;
