//! An earlier run, and what a run compared with it says.

use super::{Incident, Location, Outcome, Shard};
use crate::base::Severity;

/// Whether a finding was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineState {
    /// The baseline has it, unwaived and at least as grave. It does not fail the gate.
    Known,
    /// The baseline does not have it, or not as grave, or under a waiver.
    New,
}

/// What a run was compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineReport {
    /// The baseline's path as shown.
    pub path: String,
    /// When the baseline's own run began, RFC 3339, UTC.
    pub timestamp: String,
    /// What the baseline has and this run, which judged the same model, has not, in the order of
    /// the baseline.
    pub fixed: Vec<EarlierFinding>,
}

/// A report of an earlier run, of whatever version and policy, as far as another one is compared
/// with it.
#[derive(Clone, Debug)]
pub struct EarlierReport {
    /// Its path as shown.
    pub path: String,
    /// When the run began, RFC 3339, UTC.
    pub timestamp: String,
    /// Its verdict.
    pub outcome: Outcome,
    /// Which share of a manifest it is about; `None` for all of it.
    pub shard: Option<Shard>,
    /// The lowest severity that failed the gate, for models without their own.
    pub fail_on: Severity,
    /// The models.
    pub models: Vec<EarlierModel>,
    /// The findings, in their order.
    pub findings: Vec<EarlierFinding>,
    /// What could not be judged.
    pub incidents: Vec<Incident>,
}

/// A model of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierModel {
    /// The entry's name (untrusted).
    pub name: String,
    /// The source as written (untrusted).
    pub source: String,
    /// The commit (untrusted).
    pub revision: Option<String>,
    /// The lowest severity that failed the gate for it.
    pub fail_on: Option<Severity>,
    /// Whether any file of it was judged.
    pub is_judged: bool,
}

/// A finding of an earlier run. Its rule need not exist any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierFinding {
    /// The rule's id (untrusted).
    pub rule: String,
    /// The rule's title, escaped.
    pub title: String,
    /// As it was.
    pub severity: Severity,
    /// The name of its model (untrusted); empty for a finding on the policy or the lock.
    pub model: String,
    /// What was wrong, escaped.
    pub description: String,
    /// Where it was.
    pub location: Location,
    /// As it was: 16 hexadecimal digits.
    pub fingerprint: String,
    /// Whether a waiver covered it.
    pub is_waived: bool,
}

impl EarlierReport {
    /// Whether a finding failed the gate, by the policy of its model.
    pub fn fails(&self, finding: &EarlierFinding) -> bool {
        let of_model = self.models.iter().filter(|model| model.name == finding.model);
        let fail_on = of_model.filter_map(|model| model.fail_on).min().unwrap_or(self.fail_on);
        !finding.is_waived && finding.severity >= fail_on
    }
}
