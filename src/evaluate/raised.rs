//! From a rule's violation to a finding.

use super::fingerprint::Fingerprint;
use crate::base::Severity;
use crate::finding::{Finding, RuleMeta};
use crate::rules::Violation;

/// A finding without a place in the manifest and before any waiver.
pub(super) fn finding(
    meta: &'static RuleMeta,
    severity: Severity,
    model: String,
    violation: Violation,
    fingerprint: Fingerprint,
) -> Finding {
    Finding {
        rule: meta.id,
        title: meta.title,
        severity,
        model,
        description: violation.description,
        recommendation: violation.recommendation,
        location: violation.location,
        manifest: None,
        fingerprint: fingerprint.text,
        repeats: fingerprint.repeats,
        waiver: None,
        matched_waivers: Vec::new(),
        baseline: None,
    }
}
