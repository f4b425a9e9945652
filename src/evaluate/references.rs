//! What the project's own text loads, judged by the policy without a profile.

use super::fingerprint::Fingerprints;
use super::waivers::WaiverRegister;
use super::{Run, place, severity};
use crate::finding::Finding;
use crate::rules::discovery::{self, Judgement};

/// The findings on all references, in their order.
pub(super) fn findings(
    run: &Run,
    waivers: &mut WaiverRegister,
    fingerprints: &mut Fingerprints,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reference in &run.references {
        let Some(Judgement { meta, model, violation }) = discovery::judge(reference) else {
            continue;
        };
        let Some(severity) = severity::in_force(&run.policy, meta) else { continue };
        let fingerprint = fingerprints.of(meta.id, &model, &violation);
        let mut finding = Finding {
            rule: meta.id,
            title: meta.title,
            severity,
            model,
            manifest: violation.manifest.as_ref().map(place::manifest_place),
            description: violation.description,
            recommendation: violation.recommendation,
            location: violation.location,
            fingerprint,
            waiver: None,
        };
        finding.waiver = waivers.cover(&run.policy, &finding, None);
        findings.push(finding);
    }
    findings
}
