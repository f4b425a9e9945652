//! From what was asked for to a report: load → resolve → analyse → evaluate.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::project::Discovered;
use super::{documents, examine};
use crate::analyse;
use crate::base::{Document, Limits};
use crate::evaluate::{self, Judged, binds_digest, evaluate};
use crate::evidence::{Card, Dossier};
use crate::finding::{Incident, Report};
use crate::manifest::Entry;
use crate::policy::Policy;
use crate::source::{self, Snapshot, SourceError, Wanted, is_hub, resolve_path};

/// One model that is to be judged.
#[derive(Debug)]
pub(super) struct Subject {
    /// What the manifest says; `None` for a path given to `scan`.
    entry: Option<Entry>,
    /// Its name in reports.
    name: String,
    /// Where it is, as shown.
    source: String,
    /// Where it is on this machine.
    path: PathBuf,
    /// The policy in force.
    policy: Arc<Policy>,
}

impl Subject {
    /// An entry of a manifest in the folder `base`.
    pub(super) fn of_entry(entry: Entry, base: &Path, policy: Arc<Policy>) -> Self {
        let path = if is_hub(&entry.source) {
            PathBuf::from(&entry.source)
        } else {
            base.join(&entry.source)
        };
        let (name, source) = (entry.name.clone(), entry.source.clone());
        Self { entry: Some(entry), name, source, path, policy }
    }

    /// A path given to `scan`.
    pub(super) fn of_path(name: String, path: PathBuf, policy: Arc<Policy>) -> Self {
        Self { entry: None, name, source: documents::shown(&path), path, policy }
    }

    fn resolve(&self) -> Result<Snapshot, SourceError> {
        let entry = self.entry.as_ref();
        let wanted = Wanted {
            revision: entry.and_then(|entry| entry.revision.as_deref()),
            files: entry.map_or(&[], |entry| entry.files.as_slice()),
        };
        // A folder on this machine that is called `hf:` must never stand in for the Hub.
        let text = self.path.to_string_lossy();
        if is_hub(&text) {
            return source::resolve(&text, Path::new(""), wanted);
        }
        resolve_path(&self.path, wanted)
    }
}

/// What is to be judged, and how.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) subjects: Vec<Subject>,
    pub(super) manifest: Option<Arc<Document>>,
    /// The policy without a profile.
    pub(super) policy: Arc<Policy>,
    /// The policy as shown.
    pub(super) policy_name: String,
    /// The files that the policy was read from.
    pub(super) policy_documents: Vec<Arc<Document>>,
    /// What the project's own text names, if it was looked through.
    pub(super) discovered: Discovered,
    /// Whether every file's digest is wanted.
    pub(super) sha256: bool,
    pub(super) jobs: Option<NonZeroUsize>,
    /// Whether progress may be shown.
    pub(super) progress: bool,
}

/// A finished run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) report: Report,
    pub(super) elapsed: Duration,
    /// The documents that findings point into.
    pub(super) documents: Vec<Arc<Document>>,
}

/// Judges everything that was asked for.
pub(super) fn run(request: Request) -> Run {
    let began = Instant::now();
    let now = jiff::Timestamp::now();
    let limits = Limits::default();
    let mut incidents = request.discovered.incidents;

    let snapshots: Vec<Snapshot> =
        request.subjects.iter().map(|subject| resolve(subject, &mut incidents)).collect();
    let sha256 = request.sha256;
    let looks: Vec<examine::Look<'_>> = request
        .subjects
        .iter()
        .zip(&snapshots)
        .map(|(subject, snapshot)| examine::Look {
            snapshot,
            wants_digest: Box::new(move |path| {
                sha256 || binds_digest(&subject.policy, &subject.name, path)
            }),
        })
        .collect();
    let evidence = examine::examine(&looks, &limits, request.jobs, request.progress);
    drop(looks);

    let mut judged = Vec::with_capacity(snapshots.len());
    for ((subject, snapshot), files) in request.subjects.into_iter().zip(snapshots).zip(evidence) {
        let card = read_card(&snapshot, &limits);
        let dossier = Dossier {
            files,
            card,
            is_repository: snapshot.is_repository,
            repository: snapshot.repository,
        };
        let Subject { entry, name, source, policy, .. } = subject;
        let revision = snapshot.revision.map(|commit| commit.to_string());
        judged.push(Judged { entry, name, source, revision, dossier, policy });
    }

    let run = evaluate::Run {
        version: env!("CARGO_PKG_VERSION"),
        timestamp: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        now,
        lock: None,
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
        policy: request.policy,
        policy_name: request.policy_name,
        manifest: request.manifest.as_ref().map(|manifest| manifest.path.clone()),
        references: request.discovered.references,
        incidents,
    };
    let report = evaluate(judged, run);
    let documents = request
        .manifest
        .into_iter()
        .chain(request.policy_documents)
        .chain(request.discovered.documents)
        .collect();
    Run { report, elapsed: began.elapsed(), documents }
}

/// The facts of a repository's model card: `README.md` at its root, whatever its case, selected
/// by `files:` or not. A card that cannot be opened is a card with nothing in it.
fn read_card(snapshot: &Snapshot, limits: &Limits) -> Option<Card> {
    if !snapshot.is_repository {
        return None;
    }
    let file = snapshot.files.iter().find(|file| file.path.eq_ignore_ascii_case("README.md"))?;
    let opened = file.open()?.and_then(|opened| opened.bytes.into_read_at());
    Some(match opened {
        Ok(bytes) => analyse::read_card(&file.path, &*bytes, limits),
        Err(error) => Card {
            path: file.path.clone(),
            front_matter_error: Some(format!("the card cannot be read: {error}")),
            ..Card::default()
        },
    })
}

/// Lists the files of a subject. What keeps it from being judged becomes an incident, and the
/// snapshot is empty.
fn resolve(subject: &Subject, incidents: &mut Vec<Incident>) -> Snapshot {
    let mut incident = |message: String| {
        incidents.push(Incident { model: Some(subject.name.clone()), message });
    };
    let snapshot = match subject.resolve() {
        Ok(snapshot) => snapshot,
        Err(error) => {
            incident(error.to_string());
            return Snapshot::default();
        }
    };
    for glob in &snapshot.unmatched {
        let glob = crate::base::Untrusted(glob);
        incident(format!(
            "`{glob}` in `files` matches no file of `{}`; correct it or take it out",
            subject.source
        ));
    }
    if snapshot.unmatched.is_empty() && snapshot.selected().next().is_none() {
        incident(format!("`{}` holds no files; there is nothing to judge", subject.source));
    }
    snapshot
}
