//! Resolve → examine → evaluate.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::base_models::BaseModelQueue;
use super::examine::{self, DigestNeed, Recall};
use super::in_parallel::in_parallel;
use super::progress::{Counts, Phase, Progress};
use super::request::Request;
use super::subject::Subject;
use crate::base::Limits;
use crate::evaluate::{self, Judged, binds_digest, evaluate};
use crate::evidence::Dossier;
use crate::facts_cache::FactsCache;
use crate::finding::{Incident, Report};
use crate::lock::Comparison;
use crate::policy::Verify;
use crate::source::{Activity, Snapshot, SourceOptions, Sources};

/// Models that are resolved at once if one of them is on the Hub: nearly all of it is waiting.
const RESOLVED_AT_ONCE: usize = 8;

/// Judges everything that was asked for.
pub fn check(request: Request<'_>) -> Report {
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
        let heads = in_parallel(&request.subjects, RESOLVED_AT_ONCE, |subject| {
            Some((subject.name.clone(), subject.head(&sources)?))
        });
        comparison.heads.extend(heads.into_iter().flatten());
    }

    let terms = Terms {
        sources: &sources,
        limits: &limits,
        lock: lock.as_ref(),
        cache: request.cache,
        sha256: request.sha256,
        jobs: request.jobs,
        progress: request.progress,
    };
    let is_locked = terms.lock.is_some_and(|comparison| comparison.binding);
    let mut base_models = BaseModelQueue::new(is_locked, &request.elsewhere);
    let mut subjects = request.subjects;
    let mut judged = Vec::with_capacity(subjects.len());
    loop {
        let batch = terms.examine(subjects, &mut incidents);
        subjects = base_models.next(&batch, &mut incidents);
        judged.extend(batch);
        if subjects.is_empty() {
            break;
        }
    }

    let run = evaluate::Run {
        version: env!("CARGO_PKG_VERSION"),
        timestamp: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        now,
        lock,
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
        policy: request.policy,
        policy_name: request.policy_name,
        manifest: request.manifest,
        is_code_read: request.references.is_some(),
        references: request.references.unwrap_or_default(),
        incidents,
        inputs: request.inputs,
        shard: request.shard,
    };
    evaluate(judged, run)
}

/// How models are resolved and examined.
struct Terms<'a> {
    sources: &'a Sources,
    limits: &'a Limits,
    lock: Option<&'a Comparison>,
    cache: Option<&'a FactsCache>,
    sha256: bool,
    jobs: Option<std::num::NonZeroUsize>,
    progress: Option<&'a dyn Progress>,
}

impl Terms<'_> {
    /// Resolves and examines models; the same number in the same order.
    fn examine(&self, subjects: Vec<Subject>, incidents: &mut Vec<Incident>) -> Vec<Judged> {
        // Of models on this machine nothing is to be waited for.
        let remote = subjects.iter().any(Subject::is_remote);
        let threads = if remote { RESOLVED_AT_ONCE } else { 1 };
        let activity = self.sources.activity();
        let progress = self.progress.filter(|_| remote);
        let resolved = watched(progress, subjects.len(), &activity, |resolved| {
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
        let requests: Vec<examine::ScanRequest<'_>> = subjects
            .iter()
            .zip(&snapshots)
            .map(|(subject, snapshot)| examine::ScanRequest {
                snapshot,
                needs_digest: Box::new(move |path| self.digest_need(subject, path)),
                verify: subject.policy.integrity.verify,
                recall: self.recall(subject),
            })
            .collect();
        let progress = self.progress.map(|progress| (progress, &*activity));
        let evidence = examine::examine(&requests, self.limits, self.jobs, progress);
        drop(requests);
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
    /// digest compared, that a file requests as it did is not enough: its bytes are read.
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

/// Does `work`, which counts the models that it has resolved, while somebody may watch.
fn watched<T>(
    progress: Option<&dyn Progress>,
    models: usize,
    activity: &Activity,
    work: impl FnOnce(&AtomicUsize) -> T,
) -> T {
    let resolved = AtomicUsize::new(0);
    let Some(progress) = progress else { return work(&resolved) };
    // Dropped when the work is done, a panic included: the watching thread sees that at once.
    let (at_work, ended) = mpsc::channel::<()>();
    let counted = &resolved;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let wait = |time| Counts {
                finished: ended.recv_timeout(time) != Err(mpsc::RecvTimeoutError::Timeout),
                done: counted.load(Ordering::Relaxed),
                bytes: 0,
            };
            progress.watch(Phase::Resolving { models }, &wait, activity);
        });
        let result = work(&resolved);
        drop(at_work);
        result
    })
}
