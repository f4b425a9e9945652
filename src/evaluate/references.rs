//! What the project's own text loads, judged by the policy without a profile.

use super::fingerprint::Fingerprints;
use super::place::Places;
use super::waivers::WaiverRegister;
use super::{Run, finding, severity};
use crate::finding::Finding;
use crate::rules::discovery::{self, Judgement};

/// The findings on all references, in their order.
pub(super) fn findings(
    run: &Run,
    waivers: &WaiverRegister,
    places: &mut Places,
    fingerprints: &mut Fingerprints,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reference in &run.references {
        let Some(Judgement { meta, model, violation }) = discovery::judge(reference) else {
            continue;
        };
        let Some(severity) = severity::in_force(&run.policy, meta) else { continue };
        let fingerprint = fingerprints.of(meta.id, &model, &violation);
        let place = violation.manifest.as_ref().map(|place| places.shown(place));
        let mut finding =
            Finding { manifest: place, ..finding(meta, severity, model, violation, fingerprint) };
        waivers.cover(&run.policy, &mut finding, None);
        findings.push(finding);
    }
    findings
}
