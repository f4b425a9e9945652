//! A run compared with an earlier one.

use super::Location;
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
    pub fixed: Vec<FixedFinding>,
}

/// A finding of a baseline that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFinding {
    /// The rule's id, as the baseline has it (untrusted).
    pub rule: String,
    /// The rule's title, as the baseline has it (untrusted).
    pub title: String,
    /// As it was.
    pub severity: Severity,
    /// The name of its model; empty for a finding on the policy or the lock.
    pub model: String,
    /// What was wrong, escaped.
    pub description: String,
    /// Where it was.
    pub location: Location,
    /// As in the baseline.
    pub fingerprint: String,
}
