//! What was resolved and accepted: `models.lock`, read, checked and written.
//!
//! A lock names, for every entry of the manifest, the commit it resolved to and every file that
//! the project loads with its size and SHA-256. It is what a later run is compared with.

mod comparison;
mod reading;
mod writing;

use std::sync::Arc;

pub use comparison::Comparison;
pub use reading::lock_schema;
pub use writing::lock_text;

use crate::base::{Commit, Digest};
use crate::document::{Document, Place};

/// The version of the format that this program reads and writes.
const VERSION: u64 = 1;

/// The models that were resolved and accepted.
#[derive(Clone, Debug)]
pub struct Lock {
    /// The file.
    pub document: Arc<Document>,
    /// The models, sorted by name; no two of the same name.
    pub models: Vec<LockedModel>,
}

impl Lock {
    /// The model of this name.
    pub fn model(&self, name: &str) -> Option<&LockedModel> {
        let index = self.models.binary_search_by(|model| model.name.as_str().cmp(name)).ok()?;
        self.models.get(index)
    }
}

/// One model as it was resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedModel {
    /// The name of its manifest entry.
    pub name: String,
    /// The source as it stood in the manifest.
    pub source: String,
    /// The revision as it stood in the manifest.
    pub revision: Option<String>,
    /// The globs of `files:` as they stood in the manifest.
    pub globs: Vec<String>,
    /// What the revision resolved to; `None` for a model on this machine.
    pub commit: Option<Commit>,
    /// The files that the project loads, sorted by path; no two of the same path.
    pub files: Vec<LockedFile>,
    /// Where it is written.
    pub place: Place,
}

impl LockedModel {
    /// Whether it was made from a manifest entry of this text. From any other the lock says
    /// nothing: other files may be meant.
    pub fn is_of(&self, source: &str, revision: Option<&str>, globs: &[String]) -> bool {
        self.source == source && self.revision.as_deref() == revision && self.globs == globs
    }

    /// The file at exactly this path.
    pub fn file(&self, path: &str) -> Option<&LockedFile> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        self.files.get(index)
    }
}

/// One file as it was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedFile {
    /// The path inside the model (untrusted).
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The digest of its content.
    pub sha256: Digest,
    /// Where it is written.
    pub place: Place,
}
