//! From what was asked for to a report: load → resolve → analyse → evaluate.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::base_models::Following;
use super::examine::{self, DigestNeed, Recall};
use super::in_parallel::in_parallel;
use super::progress::Progress;
use super::project::Discovered;
use super::subject::Subject;
use crate::base::Limits;
use crate::document::Document;
use crate::evaluate::{self, Judged, binds_digest, evaluate};
use crate::evidence::Dossier;
use crate::facts_cache::{Closed, FactsCache};
use crate::finding::{Incident, Inputs, Report, Shard};
use crate::lock::Comparison;
use crate::manifest::Entry;
use crate::policy::{Policy, Verify};
use crate::source::{Snapshot, SourceOptions, Sources};

/// Models that are resolved at once if one of them is on the Hub: nearly all of it is waiting.
const RESOLVED_AT_ONCE: usize = 8;

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
    /// Whether the project's own text was looked through.
    pub(super) is_code_read: bool,
    /// What it names.
    pub(super) discovered: Discovered,
    /// What the run is made from.
    pub(super) inputs: Inputs,
    /// Which share of the manifest the subjects are.
    pub(super) shard: Option<Shard>,
    /// The entries of the manifest that other shares judge.
    pub(super) elsewhere: Vec<Entry>,
    /// Whether every file's digest is wanted.
    pub(super) sha256: bool,
    /// Whether no network may be asked.
    pub(super) offline: bool,
    /// Facts of earlier runs, if they are asked for.
    pub(super) cache: Option<FactsCache>,
    pub(super) jobs: Option<NonZeroUsize>,
    /// Whether progress may be shown.
    pub(super) progress: bool,
}

/// A finished run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) report: Report,
    /// How long it took; `None` for one that was put together from others.
    pub(super) elapsed: Option<Duration>,
    /// The documents that findings point into.
    pub(super) documents: Vec<Arc<Document>>,
    /// What became of the cache, if there is one.
    pub(super) cache: Option<Closed>,
}

/// Judges everything that was asked for.
pub(super) fn run(request: Request) -> Run {
    let began = Instant::now();
    let now = jiff::Timestamp::now();
    let limits = Limits::default();
    let mut incidents = request.incidents;
    incidents.extend(request.discovered.incidents);
    let policies = request.subjects.iter().map(|subject| &subject.policy);
    let sources = Sources::new(SourceOptions {
        offline: request.offline,
        recent_commits: policies.map(|policy| policy.provenance.recent_commits).max().unwrap_or(0),
    });
    let mut lock = request.lock;
    if let Some(comparison) = lock.as_mut().filter(|lock| !lock.binding) {
        let heads = in_parallel(&request.subjects, RESOLVED_AT_ONCE, |subject| {
            Some((subject.name.clone(), subject.head(&sources)?))
        });
        comparison.heads.extend(heads.into_iter().flatten());
    }

    let look = Look {
        sources: &sources,
        limits: &limits,
        lock: lock.as_ref(),
        cache: request.cache.as_ref(),
        sha256: request.sha256,
        jobs: request.jobs,
        progress: request.progress,
    };
    let is_locked = look.lock.is_some_and(|comparison| comparison.binding);
    let mut following = Following::new(is_locked, &request.elsewhere);
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

    let cache = request.cache.map(FactsCache::close);

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
        references: request.discovered.references,
        incidents,
        is_code_read: request.is_code_read,
        inputs: request.inputs,
        shard: request.shard,
    };
    let report = evaluate(judged, run);
    let documents = request.manifest.into_iter().chain(request.policy_documents);
    let documents = documents.chain(lock_document).chain(request.discovered.documents).collect();
    Run { report, elapsed: Some(began.elapsed()), documents, cache }
}

/// How models are looked at.
struct Look<'a> {
    sources: &'a Sources,
    limits: &'a Limits,
    lock: Option<&'a Comparison>,
    cache: Option<&'a FactsCache>,
    sha256: bool,
    jobs: Option<NonZeroUsize>,
    progress: bool,
}

impl Look<'_> {
    /// Resolves and examines models; the same number in the same order.
    fn at(&self, subjects: Vec<Subject>, incidents: &mut Vec<Incident>) -> Vec<Judged> {
        // Of models on this machine nothing is to be waited for.
        let remote = subjects.iter().any(Subject::is_remote);
        let threads = if remote { RESOLVED_AT_ONCE } else { 1 };
        let activity = self.sources.activity();
        let shown = (self.progress && remote).then_some(&*activity);
        let resolved = Progress::resolving(shown, subjects.len(), |resolved| {
            in_parallel(&subjects, threads, |subject| {
                let result = subject.snapshot(self.sources, self.lock);
                resolved.fetch_add(1, Ordering::Relaxed);
                result
            })
        });
        let mut snapshots = Vec::with_capacity(subjects.len());
        for (snapshot, messages) in resolved {
            snapshots.push(snapshot);
            incidents.extend(messages);
        }
        let looks: Vec<examine::Look<'_>> = subjects
            .iter()
            .zip(&snapshots)
            .map(|(subject, snapshot)| examine::Look {
                snapshot,
                needs_digest: Box::new(move |path| self.digest_need(subject, path)),
                verify: subject.policy.integrity.verify,
                recall: self.recall(subject),
            })
            .collect();
        let progress = self.progress.then_some(&*activity);
        let evidence = examine::examine(&looks, self.limits, self.jobs, progress);
        drop(looks);
        let of: Vec<(&Subject, &Snapshot)> = subjects.iter().zip(&snapshots).collect();
        let cards = in_parallel(&of, threads, |(subject, snapshot)| {
            examine::read_card(snapshot, self.limits, self.recall(subject))
        });

        let looked_at = snapshots.into_iter().zip(evidence).zip(cards);
        let judged = subjects.into_iter().zip(looked_at);
        judged
            .map(|(subject, ((snapshot, files), card))| {
                let (card, unfetched_card) = match card {
                    Ok(card) => (card, None),
                    Err(reason) => (None, Some(reason)),
                };
                let dossier = Dossier {
                    files,
                    card,
                    unfetched_card,
                    is_repository: snapshot.is_repository,
                    repository: snapshot.repository,
                };
                subject.judged(snapshot.revision, dossier)
            })
            .collect()
    }

    /// How facts of earlier runs may be used. Where a lock binds, or the policy wants every listed
    /// digest compared, that a file looks as it did is not enough: its bytes are read.
    fn recall(&self, subject: &Subject) -> Option<Recall<'_>> {
        let binding = self.lock.is_some_and(|comparison| comparison.binding);
        let from_bytes = binding || subject.policy.integrity.verify == Verify::Full;
        self.cache.map(|cache| Recall { cache, from_bytes })
    }

    /// Whether the digest of a file is needed.
    fn digest_need(&self, subject: &Subject, path: &str) -> DigestNeed {
        if binds_digest(&subject.policy, &subject.name, path) {
            DigestNeed::Bound
        } else if self.sha256 || subject.is_accepted(self.lock) {
            // A lock is compared with what the Hub lists, where it lists a digest.
            DigestNeed::Shown
        } else {
            DigestNeed::None
        }
    }
}
