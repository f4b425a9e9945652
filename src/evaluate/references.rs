//! What the project's own text loads, judged by the policy without a profile.

use super::fingerprint::Fingerprints;
use super::place::Places;
use super::raised::finding;
use super::run::Run;
use super::severity;
use super::waivers::WaiverRegister;
use crate::finding::Finding;
use crate::rules::{Check, RULES};

/// The findings on all references, in their order.
pub(super) fn findings(
    run: &Run,
    waivers: &WaiverRegister,
    places: &mut Places,
    fingerprints: &mut Fingerprints,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reference in &run.references {
        for rule in RULES {
            for check in rule.checks {
                let Check::Reference(check) = check else { continue };
                let Some(severity) = severity::in_force(&run.policy, &rule.meta) else { continue };
                let Some(violation) = check(reference) else { continue };
                let model = reference.model();
                let fingerprint = fingerprints.of(rule.meta.id, &model, &violation);
                let place = violation.manifest.as_ref().map(|place| places.shown(place));
                let finding = finding(&rule.meta, severity, model, violation, fingerprint);
                let mut finding = Finding { manifest: place, ..finding };
                waivers.cover(&run.policy, &mut finding, None);
                findings.push(finding);
            }
        }
    }
    findings
}
