//! What the lock says of each model, and what is to be said of the lock itself.

use super::fingerprint::Fingerprints;
use super::place::Places;
use super::raised::finding;
use super::run::Judged;
use super::severity;
use crate::base::Severity;
use crate::finding::{Finding, RuleMeta};
use crate::lock::{Comparison, LockedModel};
use crate::manifest::{Entry, Source};
use crate::policy::Policy;
use crate::rules::lock::unlocked_model;
use crate::rules::{Check, LockState, RULES};

/// What was accepted for an entry: the lock's model of its name, if it was made from the entry as
/// it stands now and, for a model on the Hub, has a commit.
pub fn accepted<'a>(comparison: &'a Comparison, entry: &Entry) -> Option<&'a LockedModel> {
    let model = comparison.lock.model(&entry.name)?;
    let is_complete = model.commit.is_some() || !matches!(entry.origin, Source::Hub(_));
    let is_current = model.is_of(&entry.source, entry.revision.as_deref(), &entry.files);
    (is_complete && is_current).then_some(model)
}

/// What the lock says of a model. A path given to `scan` has no name that a lock could know, and
/// of what a model builds on only the entries of the manifest are ever locked.
pub(super) fn state<'a>(judged: &'a Judged, lock: Option<&'a Comparison>) -> LockState<'a> {
    if judged.named_by.is_some() {
        return LockState::NoLock;
    }
    let (Some(entry), Some(comparison)) = (&judged.entry, lock) else { return LockState::NoLock };
    if let Some(model) = accepted(comparison, entry) {
        return LockState::Locked {
            model,
            commit: judged.revision.as_deref(),
            head: comparison.heads.get(&entry.name),
        };
    }
    match comparison.lock.model(&entry.name) {
        Some(model) if !model.is_of(&entry.source, entry.revision.as_deref(), &entry.files) => {
            LockState::Changed { model, binding: comparison.binding }
        }
        // A model on the Hub without a commit: nothing was accepted.
        _ => LockState::Unlocked,
    }
}

/// The severity of a rule on a model: the policy's, but what a binding lock does not name fails
/// whatever the policy says.
pub(super) fn severity(
    in_force: Option<Severity>,
    meta: &RuleMeta,
    lock: Option<&Comparison>,
) -> Option<Severity> {
    let binding = lock.is_some_and(|comparison| comparison.binding);
    if binding && meta.id == unlocked_model::RULE.meta.id {
        return Some(Severity::Critical);
    }
    in_force
}

/// What the lock names and the manifest does not. Such findings belong to no model; no waiver
/// covers them.
pub(super) fn findings(
    lock: Option<&Comparison>,
    policy: &Policy,
    places: &mut Places,
    fingerprints: &mut Fingerprints,
) -> Vec<Finding> {
    let Some(comparison) = lock else { return Vec::new() };
    let mut findings = Vec::new();
    for rule in RULES {
        for check in rule.checks {
            let Check::VanishedModel(check) = check else { continue };
            let Some(severity) = severity::in_force(policy, &rule.meta) else { continue };
            for violation in comparison.vanished().map(check) {
                let path = &comparison.lock.document.path;
                let fingerprint = fingerprints.of(rule.meta.id, path, &violation);
                let place = violation.manifest.as_ref().map(|place| places.shown(place));
                let finding = finding(&rule.meta, severity, String::new(), violation, fingerprint);
                findings.push(Finding { manifest: place, ..finding });
            }
        }
    }
    findings
}
