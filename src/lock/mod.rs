//! What was resolved and accepted: `models.lock`, read and checked.
//!
//! A lock names, for every entry of the manifest, the commit it resolved to and every file that
//! the project loads with its size and SHA-256. It is what a later run is compared with.

use std::sync::Arc;

use crate::base::{Commit, Digest, Document, Place};

/// The models that were resolved and accepted.
#[derive(Clone, Debug)]
pub struct Lock {
    /// The file.
    pub document: Arc<Document>,
    /// The models, sorted by name; no two of the same name.
    pub models: Vec<LockedModel>,
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
    /// The files that the project loads, sorted by path.
    pub files: Vec<LockedFile>,
    /// Where it is written.
    pub place: Place,
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
