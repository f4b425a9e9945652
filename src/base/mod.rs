//! The ground floor: small types that every room speaks in, each named by what it is.

mod byte_size;
mod digest;
mod fingerprint;
mod git_blob;
mod limits;
mod path_glob;
mod project_path;
mod quantity;
mod read_at;
mod repo_id;
mod revision;
mod severity;
mod suggestion;
mod untrusted;

pub use byte_size::{ByteSize, ByteSizeError};
pub use digest::{Digest, DigestError, Sha256Hasher};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use git_blob::{GitBlobHasher, GitBlobId, GitBlobIdError};
pub use limits::{Budget, Limits};
pub use path_glob::{GlobError, NameGlob, PathGlobs};
pub use project_path::normalised_path;
pub use quantity::grouped;
pub use read_at::{FileBytes, ReadAt, Window, read_exact_at, read_up_to};
pub use repo_id::{RepoId, RepoIdError};
pub use revision::{Commit, CommitError, Revision, RevisionError};
pub use severity::{Severity, UnknownSeverity};
pub use suggestion::{closest, edit_distance};
pub use untrusted::{Untrusted, quoted};
