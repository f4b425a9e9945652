//! One model that is to be judged, and how it becomes a snapshot.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Commit, RepoId, Untrusted};
use crate::evaluate::{Judged, accepted};
use crate::evidence::{Dossier, NamedModel};
use crate::finding::Incident;
use crate::finding::NamedBy;
use crate::lock::Comparison;
use crate::manifest::{Entry, Source};
use crate::policy::Policy;
use crate::source::{Completeness, Snapshot, SourceError, Sources, Wanted, is_hub, resolve_path};

/// How a model is resolved, where that is not as it is written.
#[derive(Debug, Default)]
struct Terms {
    /// The commit of the lock, which is judged in place of the manifest's branch or tag.
    commit: Option<Commit>,
    /// Why it must not be resolved.
    withheld: Option<&'static str>,
    /// Whether a glob of `files` may match nothing.
    globs_are_optional: bool,
    /// The revision at which another model names it.
    revision: Option<String>,
}

/// One model that is to be judged.
#[derive(Debug)]
pub struct Subject {
    /// What the manifest says; `None` for a path given to `scan`.
    entry: Option<Entry>,
    /// Its name in reports.
    pub name: String,
    /// Where it is, as shown.
    source: String,
    /// Where it is on this machine.
    path: PathBuf,
    /// How it is resolved, if not as it is written.
    terms: Terms,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The model that builds on it, if that is why it is judged.
    named_by: Option<NamedBy>,
}

impl Subject {
    /// An entry of a manifest in the folder `base`.
    pub fn of_entry(entry: Entry, base: &Path, policy: Arc<Policy>) -> Self {
        let path = if is_hub(&entry.source) {
            PathBuf::from(&entry.source)
        } else {
            base.join(&entry.source)
        };
        let (name, source) = (entry.name.clone(), entry.source.clone());
        Self {
            entry: Some(entry),
            name,
            source,
            path,
            terms: Terms::default(),
            policy,
            named_by: None,
        }
    }

    /// A file, a folder or an `hf://…` address without a manifest; `source` is how the address is
    /// shown.
    pub fn of_path(name: String, source: String, path: PathBuf, policy: Arc<Policy>) -> Self {
        Self { entry: None, name, source, path, terms: Terms::default(), policy, named_by: None }
    }

    /// A model on the Hub that `judged` builds on. Its place in the manifest is that of the entry
    /// that led to it.
    pub(super) fn of_base_model(judged: &Judged, id: RepoId, model: NamedModel) -> Self {
        let NamedModel { revision, file, .. } = model;
        let source = format!("hf://{id}");
        let at = revision.as_ref().map(|revision| format!("@{revision}")).unwrap_or_default();
        let name = format!("{} → {id}{at}", judged.name);
        let entry = judged.entry.as_ref().map(|entry| Entry {
            name: name.clone(),
            source: source.clone(),
            origin: Source::Hub(id),
            revision: revision.clone(),
            revision_place: None,
            files: Vec::new(),
            ..entry.clone()
        });
        Self {
            entry,
            name,
            path: PathBuf::from(&source),
            source,
            terms: Terms { revision, ..Terms::default() },
            policy: Arc::clone(&judged.policy),
            named_by: Some(NamedBy { model: judged.name.clone(), file }),
        }
    }

    /// Its name in reports, its entry, and what brought it into the run.
    #[cfg(test)]
    pub(super) fn into_parts(self) -> (String, Option<Entry>, Option<NamedBy>) {
        (self.name, self.entry, self.named_by)
    }

    /// Judged at this commit, whatever its branch does.
    pub fn at(mut self, commit: Commit) -> Self {
        self.terms.commit = Some(commit);
        self
    }

    /// Judged from this folder instead of its source.
    pub fn copied_to(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// Not resolved at all.
    pub fn withheld(mut self, reason: &'static str) -> Self {
        self.terms.withheld = Some(reason);
        self
    }

    /// Judged although some of its globs match nothing, as long as one does.
    pub fn with_optional_globs(mut self) -> Self {
        self.terms.globs_are_optional = true;
        self
    }

    /// Whether the lock says which files of it were accepted.
    pub(super) fn is_accepted(&self, lock: Option<&Comparison>) -> bool {
        lock.zip(self.entry.as_ref()).is_some_and(|(lock, entry)| accepted(lock, entry).is_some())
    }

    /// Where the branch or tag of the manifest stands now, if the lock's commit is judged for it.
    /// What cannot be told is no reason to judge less.
    pub(super) fn head(&self, sources: &Sources) -> Option<Commit> {
        self.terms.commit.as_ref()?;
        let entry = self.entry.as_ref()?;
        let revision = entry.revision.as_deref();
        match &entry.origin {
            Source::Hub(id) => sources.commit_of(id, revision).ok()?,
            Source::Local(_) => {
                resolve_path(&self.path, Wanted { revision, files: &[] }).ok()?.revision
            }
        }
    }

    /// Whether the network is asked for it.
    pub(super) fn is_remote(&self) -> bool {
        is_hub(&self.path.to_string_lossy())
    }

    /// Where it is on this machine, if it is.
    pub fn local_path(&self) -> Option<&Path> {
        (!self.is_remote()).then_some(&self.path)
    }

    fn resolve(&self, sources: &Sources) -> Result<Snapshot, SourceError> {
        let entry = self.entry.as_ref();
        let named = self.terms.revision.as_deref();
        let written = entry.and_then(|entry| entry.revision.as_deref()).or(named);
        let wanted = Wanted {
            revision: self.terms.commit.as_ref().map(Commit::as_str).or(written),
            files: entry.map_or(&[], |entry| entry.files.as_slice()),
        };
        // A folder on this machine that is called `hf:` must never stand in for the Hub.
        let text = self.path.to_string_lossy();
        if is_hub(&text) {
            let origin = text
                .parse()
                .map_err(|error| SourceError::Written { source_text: text.into_owned(), error })?;
            return sources.resolve(&origin, Path::new(""), wanted);
        }
        resolve_path(&self.path, wanted)
    }

    /// Lists its files. What keeps it from being judged becomes incidents, and the snapshot is
    /// empty.
    pub(super) fn snapshot(
        &self,
        sources: &Sources,
        lock: Option<&Comparison>,
    ) -> (Snapshot, Vec<Incident>) {
        let incident = |message: String| Incident { model: Some(self.name.clone()), message };
        if let Some(reason) = self.terms.withheld {
            return (Snapshot::default(), vec![incident(reason.to_owned())]);
        }
        let snapshot = match self.resolve(sources) {
            Ok(snapshot) => snapshot,
            Err(error) => return (Snapshot::default(), vec![incident(error.to_string())]),
        };
        let mut incidents = Vec::new();
        // What is there is judged all the same. A lock names the files that have to be there.
        if snapshot.completeness == Completeness::Unproven && !self.is_accepted(lock) {
            let message = format!(
                "the local cache has no listing of this commit of `{}`, so that nothing tells \
                 whether files are missing; download it whole (`hf download`), or lock it \
                 (`weighstation lock`)",
                self.source
            );
            incidents.push(incident(message));
        }
        let optional = self.terms.globs_are_optional;
        for glob in snapshot.unmatched.iter().filter(|_| !optional) {
            let message = format!(
                "`{}` in `files` matches no file of `{}`; correct it or take it out",
                Untrusted(glob),
                self.source
            );
            incidents.push(incident(message));
        }
        if (optional || snapshot.unmatched.is_empty()) && snapshot.selected().next().is_none() {
            let none = if optional && !snapshot.unmatched.is_empty() { "of these " } else { "" };
            let message =
                format!("`{}` holds no {none}files; there is nothing to judge", self.source);
            incidents.push(incident(message));
        }
        (snapshot, incidents)
    }

    /// What is to be judged, with what was found.
    pub(super) fn judged(self, revision: Option<Commit>, dossier: Dossier) -> Judged {
        let Self { entry, name, source, policy, named_by, .. } = self;
        let revision = revision.map(|commit| commit.to_string());
        Judged { entry, name, source, revision, dossier, policy, named_by }
    }
}
