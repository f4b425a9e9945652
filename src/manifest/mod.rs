//! What the project uses: `models.yaml`, read and checked.

mod appending;
mod download_pattern;
mod hermeto;
mod reading;
mod source;

use std::sync::Arc;

pub use appending::{NewEntry, NotAppendable, new_manifest};
pub use reading::manifest_schema;
pub use source::{Source, SourceError};

use crate::base::Revision;
use crate::document::{Document, Place};

/// The models that the project uses.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file.
    pub document: Arc<Document>,
    /// The models in the order written: at least one, if nothing is unjudged; no two of the same
    /// name.
    pub entries: Vec<Entry>,
    /// Which format it was written in.
    pub format: ManifestFormat,
    /// What it names beside models: a run that should judge all of it is incomplete.
    pub unjudged: Vec<Unjudged>,
}

/// Something in a manifest that is no model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The name in reports.
    pub name: String,
    /// What it is: "a dataset".
    pub what: &'static str,
}

/// A format in which the models of a project are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestFormat {
    /// Our own: `models.yaml`.
    Weighstation,
    /// Hermeto's: `huggingface.lock.yaml`.
    Hermeto,
}

impl Manifest {
    /// Whether a glob of `files` that matches nothing is an error. Hermeto takes its patterns for
    /// wishes and downloads what there is.
    pub fn every_glob_counts(&self) -> bool {
        self.format == ManifestFormat::Weighstation
    }
}

/// One model that the project uses.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name in reports: as written, or taken from the source.
    pub name: String,
    /// Where the model is, as written.
    pub source: String,
    /// Where `source` is written.
    pub source_place: Place,
    /// Where the model is.
    pub origin: Source,
    /// The revision, as written: a commit, branch or tag.
    pub revision: Option<String>,
    /// Where `revision` is written, if it is.
    pub revision_place: Option<Place>,
    /// Globs over paths inside the model that select what the project loads; empty for all. They
    /// compile as [`PathGlobs`](crate::base::PathGlobs).
    pub files: Vec<String>,
    /// The profile of the policy that judges it.
    pub profile: Option<String>,
    /// Where `profile` is written, if it is.
    pub profile_place: Option<Place>,
}

impl Entry {
    /// Whether the entry means a full commit hash, which alone always means the same bytes.
    pub fn is_pinned(&self) -> bool {
        let revision = self.revision.as_deref().and_then(|text| text.parse::<Revision>().ok());
        revision.is_some_and(|revision| revision.is_commit())
    }
}
