//! Rules on whether bytes are those that were listed.

pub(crate) mod digest_mismatch;
pub(crate) mod digest_unknown;
