//! What is to be judged, and how.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::progress::Progress;
use super::subject::Subject;
use crate::facts_cache::FactsCache;
use crate::finding::{Incident, Inputs, Shard};
use crate::lock::Comparison;
use crate::manifest::Entry;
use crate::policy::Policy;
use crate::rules::discovery::ReferenceCase;

/// What is to be judged, and how. [`Request::new`] has what every request has; the other fields may
/// be set on it.
pub struct Request<'a> {
    /// The models, each with the policy that judges it.
    pub subjects: Vec<Subject>,
    /// The policy without a profile: its `fail_on` is the run's.
    pub policy: Arc<Policy>,
    /// The policy as shown: a path, or `preset baseline`.
    pub policy_name: String,
    /// The manifest's path as shown; `None` for models that no manifest names.
    pub manifest: Option<String>,
    /// What was resolved and accepted before, if there is a lock.
    pub lock: Option<Comparison>,
    /// What is known not to be judged.
    pub incidents: Vec<Incident>,
    /// The models that the project's own text names, if it was looked through.
    pub references: Option<Vec<ReferenceCase>>,
    /// What the run is made from.
    pub inputs: Inputs,
    /// Which share of the manifest the subjects are.
    pub shard: Option<Shard>,
    /// The entries of the manifest that other shares judge.
    pub elsewhere: Vec<Entry>,
    /// Whether every file's digest is wanted.
    pub sha256: bool,
    /// Whether no network may be asked.
    pub offline: bool,
    /// Facts of earlier runs, if they are asked for.
    pub cache: Option<&'a FactsCache>,
    /// Files that are examined at once; `None`: as many as there are cores, and more where the
    /// network is waited for.
    pub jobs: Option<NonZeroUsize>,
    /// Who watches, if somebody does.
    pub progress: Option<&'a dyn Progress>,
}

impl Request<'_> {
    /// These models by this policy, with nothing else asked for.
    pub fn new(subjects: Vec<Subject>, policy: Arc<Policy>, policy_name: String) -> Self {
        Self {
            subjects,
            policy,
            policy_name,
            manifest: None,
            lock: None,
            incidents: Vec::new(),
            references: None,
            inputs: Inputs::default(),
            shard: None,
            elsewhere: Vec::new(),
            sha256: false,
            offline: false,
            cache: None,
            jobs: None,
            progress: None,
        }
    }
}
