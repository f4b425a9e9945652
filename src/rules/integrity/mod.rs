//! Rules on whether bytes are those that were listed.

mod digest_mismatch;
mod digest_unknown;

pub(super) use digest_mismatch::DigestMismatch;
pub(super) use digest_unknown::DigestUnknown;
