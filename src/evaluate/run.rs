//! What is judged in one run.

use std::sync::Arc;

use jiff::civil::Date;

use crate::evidence::Dossier;
use crate::finding::{Incident, Inputs, NamedBy, Shard};
use crate::lock::Comparison;
use crate::manifest::Entry;
use crate::policy::Policy;
use crate::rules::discovery::ReferenceCase;

/// One model with all that is known of it and the policy that judges it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the manifest says; `None` for a path given to `scan`.
    pub entry: Option<Entry>,
    /// The name in reports.
    pub name: String,
    /// The source as written.
    pub source: String,
    /// The 40-hex commit, if there is one.
    pub revision: Option<String>,
    /// What was found.
    pub dossier: Dossier,
    /// The policy in force for it, its profile applied.
    pub policy: Arc<Policy>,
    /// Who named it, if it is in the run only because another model builds on it.
    pub named_by: Option<NamedBy>,
}

/// What a run is beside its models.
#[derive(Clone, Debug)]
pub struct Run {
    /// Version of weighstation.
    pub version: &'static str,
    /// When the run began, RFC 3339, UTC.
    pub timestamp: String,
    /// The day on which waivers must hold.
    pub today: Date,
    /// The moment of the run.
    pub now: jiff::Timestamp,
    /// What was resolved and accepted before; `None` if nothing is to be compared.
    pub lock: Option<Comparison>,
    /// The policy without a profile: its `fail_on` is the run's, and its waivers are looked after
    /// even if every entry has a profile.
    pub policy: Arc<Policy>,
    /// The policy as shown: a path, or `preset baseline`.
    pub policy_name: String,
    /// The manifest's path as shown; `None` for a scan of paths.
    pub manifest: Option<String>,
    /// The models that the project's own text names, if it was looked through.
    pub references: Vec<ReferenceCase>,
    /// What could not be judged, as far as it is known already.
    pub incidents: Vec<Incident>,
    /// Whether it was looked through.
    pub is_code_read: bool,
    /// What the run was made from.
    pub inputs: Inputs,
    /// Which share of the manifest the cases are; `None` for all of it.
    pub shard: Option<Shard>,
}
