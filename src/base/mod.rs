//! The ground floor: small types that every room speaks in, each named by what it is.

mod digest;
mod limits;
mod located;
mod read_at;
mod severity;
mod untrusted;

pub use digest::{Digest, DigestError, Sha256Hasher};
pub use limits::{Budget, Limits};
pub use located::{Document, Located, Place, Span};
pub use read_at::{FileBytes, ReadAt, Window, read_exact_at, read_up_to};
pub use severity::{Severity, UnknownSeverity};
pub use untrusted::Untrusted;
