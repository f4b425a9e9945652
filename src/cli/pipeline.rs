//! From what was asked for to a report: load → resolve → analyse → evaluate.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::base_models::Following;
use super::{documents, examine};
use crate::analyse;
use crate::base::{Commit, Document, Limits, RepoId};
use crate::evaluate::{self, Judged, accepted, binds_digest, evaluate};
use crate::evidence::{Authority, Card, Dossier, ListedDigest, NamedModel};
use crate::finding::{Incident, Report};
use crate::lock::Comparison;
use crate::manifest::{Entry, Source};
use crate::policy::Policy;
use crate::rules::NamedBy;
use crate::source::{
    Content, Snapshot, SourceError, SourceOptions, Sources, Wanted, is_hub, resolve_path,
};

/// How a model is resolved, where that is not as it is written.
#[derive(Debug, Default)]
struct Terms {
    /// The commit of the lock, which is judged in place of the manifest's branch or tag.
    commit: Option<Commit>,
    /// Why it must not be resolved.
    withheld: Option<&'static str>,
    /// Whether a glob of `files` may match nothing.
    globs_are_wishes: bool,
    /// The revision at which another model names it.
    revision: Option<String>,
}

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
    /// How it is resolved, if not as it is written.
    terms: Terms,
    /// The policy in force.
    policy: Arc<Policy>,
    /// The model that builds on it, if that is why it is judged.
    named_by: Option<NamedBy>,
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

    /// A path given to `scan`.
    pub(super) fn of_path(name: String, path: PathBuf, policy: Arc<Policy>) -> Self {
        let source = documents::shown(&path);
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
    pub(super) fn at(mut self, commit: Commit) -> Self {
        self.terms.commit = Some(commit);
        self
    }

    /// Judged from this folder instead of its source.
    pub(super) fn copied_to(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// Not resolved at all.
    pub(super) fn withheld(mut self, reason: &'static str) -> Self {
        self.terms.withheld = Some(reason);
        self
    }

    /// Judged although some of its globs match nothing, as long as one does.
    pub(super) fn with_globs_as_wishes(mut self) -> Self {
        self.terms.globs_are_wishes = true;
        self
    }

    /// Whether the lock says which files of it were accepted.
    fn is_accepted(&self, lock: Option<&Comparison>) -> bool {
        lock.zip(self.entry.as_ref()).is_some_and(|(lock, entry)| accepted(lock, entry).is_some())
    }

    /// Where the branch or tag of the manifest stands now, if the lock's commit is judged for it.
    /// What cannot be told is no reason to judge less.
    fn head(&self, sources: &Sources) -> Option<Commit> {
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
}

/// What is to be judged, and how.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) subjects: Vec<Subject>,
    pub(super) manifest: Option<Arc<Document>>,
    /// What was resolved and accepted before, if there is a lock.
    pub(super) lock: Option<Comparison>,
    /// What is known not to be judged.
    pub(super) incidents: Vec<Incident>,
    /// The policy without a profile.
    pub(super) policy: Arc<Policy>,
    /// The policy as shown.
    pub(super) policy_name: String,
    /// The files that the policy was read from.
    pub(super) policy_documents: Vec<Arc<Document>>,
    /// Whether every file's digest is wanted.
    pub(super) sha256: bool,
    /// Whether no network may be asked.
    pub(super) offline: bool,
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
    let mut incidents = request.incidents;
    let policies = request.subjects.iter().map(|subject| &subject.policy);
    let sources = Sources::new(SourceOptions {
        offline: request.offline,
        recent_commits: policies.map(|policy| policy.provenance.recent_commits).max().unwrap_or(0),
    });
    let mut lock = request.lock;
    if let Some(comparison) = lock.as_mut().filter(|lock| !lock.binding) {
        let heads = request
            .subjects
            .iter()
            .filter_map(|subject| Some((subject.name.clone(), subject.head(&sources)?)));
        comparison.heads.extend(heads);
    }

    let look = Look {
        sources: &sources,
        limits: &limits,
        lock: lock.as_ref(),
        sha256: request.sha256,
        jobs: request.jobs,
        progress: request.progress,
    };
    let is_locked = look.lock.is_some_and(|comparison| comparison.binding);
    let mut following = Following::new(is_locked);
    let mut subjects = request.subjects;
    let mut judged = Vec::with_capacity(subjects.len());
    loop {
        let batch = look.at(subjects, &mut incidents);
        subjects = following.next(&batch, &mut incidents);
        judged.extend(batch);
        if subjects.is_empty() {
            break;
        }
    }

    let lock_document = lock.as_ref().map(|comparison| Arc::clone(&comparison.lock.document));
    let run = evaluate::Run {
        version: env!("CARGO_PKG_VERSION"),
        timestamp: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        now,
        lock,
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
        policy: request.policy,
        policy_name: request.policy_name,
        manifest: request.manifest.as_ref().map(|manifest| manifest.path.clone()),
        incidents,
    };
    let report = evaluate(judged, run);
    let documents = request.manifest.into_iter().chain(request.policy_documents);
    let documents = documents.chain(lock_document).collect();
    Run { report, elapsed: began.elapsed(), documents }
}

/// How models are looked at.
struct Look<'a> {
    sources: &'a Sources,
    limits: &'a Limits,
    lock: Option<&'a Comparison>,
    sha256: bool,
    jobs: Option<NonZeroUsize>,
    progress: bool,
}

impl Look<'_> {
    /// Resolves and examines models; the same number in the same order.
    fn at(&self, subjects: Vec<Subject>, incidents: &mut Vec<Incident>) -> Vec<Judged> {
        let snapshots: Vec<Snapshot> =
            subjects.iter().map(|subject| resolve(subject, self.sources, incidents)).collect();
        let (sha256, locked) = (self.sha256, self.lock);
        let looks: Vec<examine::Look<'_>> = subjects
            .iter()
            .zip(&snapshots)
            .map(|(subject, snapshot)| examine::Look {
                snapshot,
                wants_digest: Box::new(move |path| {
                    sha256
                        || binds_digest(&subject.policy, &subject.name, path)
                        || (subject.is_accepted(locked) && !is_listed_with_sha256(snapshot, path))
                }),
            })
            .collect();
        let evidence = examine::examine(&looks, self.limits, self.jobs, self.progress);
        drop(looks);

        let mut judged = Vec::with_capacity(snapshots.len());
        for ((subject, snapshot), files) in subjects.into_iter().zip(snapshots).zip(evidence) {
            let card = read_card(&snapshot, self.limits);
            let dossier = Dossier {
                files,
                card,
                is_repository: snapshot.is_repository,
                repository: snapshot.repository,
            };
            let Subject { entry, name, source, policy, named_by, .. } = subject;
            let revision = snapshot.revision.map(|commit| commit.to_string());
            judged.push(Judged { entry, name, source, revision, dossier, policy, named_by });
        }
        judged
    }
}

/// Whether the Hub says what the file's SHA-256 is, so that it need not be read to be compared.
fn is_listed_with_sha256(snapshot: &Snapshot, path: &str) -> bool {
    let Some(file) = snapshot.file(path) else { return false };
    let listed = file.listing.map(|listing| (listing.authority, listing.digest));
    matches!(
        (&file.content, listed),
        (Content::Remote(_), Some((Authority::Hub, ListedDigest::Sha256(_))))
    )
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
fn resolve(subject: &Subject, sources: &Sources, incidents: &mut Vec<Incident>) -> Snapshot {
    let mut incident = |message: String| {
        incidents.push(Incident { model: Some(subject.name.clone()), message });
    };
    if let Some(reason) = subject.terms.withheld {
        incident(reason.to_owned());
        return Snapshot::default();
    }
    let snapshot = match subject.resolve(sources) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            incident(error.to_string());
            return Snapshot::default();
        }
    };
    let wishes = subject.terms.globs_are_wishes;
    for glob in snapshot.unmatched.iter().filter(|_| !wishes) {
        let glob = crate::base::Untrusted(glob);
        incident(format!(
            "`{glob}` in `files` matches no file of `{}`; correct it or take it out",
            subject.source
        ));
    }
    if (wishes || snapshot.unmatched.is_empty()) && snapshot.selected().next().is_none() {
        let none = if wishes && !snapshot.unmatched.is_empty() { "of these " } else { "" };
        incident(format!("`{}` holds no {none}files; there is nothing to judge", subject.source));
    }
    snapshot
}
