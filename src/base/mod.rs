//! The ground floor: small types that every room speaks in, each named by what it is.

mod digest;
mod editor_schema;
mod fingerprint;
mod git_blob;
mod licence;
mod limits;
mod line_hash;
mod located;
mod path_glob;
mod problem;
mod quantity;
mod read_at;
mod reading;
mod repo_id;
mod revision;
mod severity;
mod suggestion;
mod untrusted;
mod yaml;
mod yaml_scalar;

pub use digest::{Digest, DigestError, Sha256Hasher};
pub use editor_schema::{editor_schema, inlining_generator};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use git_blob::{GitBlobHasher, GitBlobId, GitBlobIdError};
pub use licence::{
    HUB_LICENCES, HubLicence, LicenceError, LicenceExpression, LicenceId, LicenceTerm,
    licences_mentioned,
};
pub use limits::{Budget, Limits};
pub use line_hash::line_hashes;
pub use located::{Document, Located, MAXIMUM_DOCUMENT_BYTES, Place, Span};
pub use path_glob::{GlobError, NameGlob, PathGlobs};
pub use problem::{Problem, render_problems};
pub use quantity::grouped;
pub use read_at::{FileBytes, ReadAt, Window, read_exact_at, read_up_to};
pub use reading::{Fields, Reading, Value, quoted};
pub use repo_id::{RepoId, RepoIdError};
pub use revision::{Commit, CommitError, Revision, RevisionError};
pub use severity::{Severity, UnknownSeverity};
pub use suggestion::{closest, edit_distance};
pub use untrusted::Untrusted;
pub use yaml::{Content, Node, read_yaml};
pub use yaml_scalar::{yaml_digits, yaml_scalar};
