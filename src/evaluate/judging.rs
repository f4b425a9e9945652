//! Every rule on every model.

use std::collections::HashMap;

use super::fingerprint::Fingerprints;
use super::place::Places;
use super::raised::finding;
use super::run::{Judged, Run};
use super::waivers::{self, WaiverRegister};
use super::{base_models, coverage, globals, lock, merging, order, outcome, references, severity};
use crate::base::{Digest, Severity};
use crate::evidence::Dossier;
use crate::finding::{BaseModelReport, Finding, ModelReport, Outcome, Report, RuleMeta, Shard};
use crate::policy::Policy;
use crate::rules::card::completeness::card_report;
use crate::rules::{Case, RULES, Violation, license_reports, trust_report};

/// Judges every model, what the project's own text names, and the policy's own waivers.
pub fn evaluate(cases: Vec<Judged>, run: Run) -> Report {
    let mut places = Places::default();
    let mut waivers = WaiverRegister::new(run.today);
    waivers.register(&run.policy, &mut places);
    let mut fingerprints = Fingerprints::default();
    // With the index of its model, for the order.
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    let base_models = base_models::of_each(&cases);
    for (index, (judged, base_models)) in cases.iter().zip(&base_models).enumerate() {
        waivers.register(&judged.policy, &mut places);
        if judged.dossier.is_unfetched() {
            waivers.excuse(&judged.policy, &judged.name);
        }
        let digests = digests_by_path(&judged.dossier);
        for ruling in rulings(judged, base_models, &run) {
            let mut finding = judged.finding(ruling, &mut places, &mut fingerprints);
            let digest = finding.location.path.as_ref().and_then(|path| digests.get(path.as_str()));
            waivers.cover(&judged.policy, &mut finding, digest.copied());
            findings.push((index, finding));
        }
    }
    let of_code = references::findings(&run, &waivers, &mut places, &mut fingerprints);
    findings.extend(of_code.into_iter().map(|finding| (cases.len(), finding)));
    let of_models = findings.iter_mut().map(|(_, finding)| finding);
    let waivers = waivers::in_order(waivers.into_reports(), of_models);
    let mut of_no_model = Vec::new();
    if run.shard.is_none_or(Shard::is_only) {
        let others = findings.iter().map(|(_, finding)| finding);
        of_no_model.extend(waivers::findings(&waivers, others, &mut fingerprints));
    }
    if run.shard.is_none_or(Shard::is_first) {
        let lock = run.lock.as_ref();
        of_no_model.extend(lock::findings(lock, &run.policy, &mut places, &mut fingerprints));
    }
    findings.extend(of_no_model.into_iter().map(|finding| (usize::MAX, finding)));

    let policies: Vec<&Policy> =
        std::iter::once(&*run.policy).chain(cases.iter().map(|judged| &*judged.policy)).collect();
    let rules = severity::rules_in_force(&policies);
    let incidents = coverage::incidents(run.incidents, &cases, run.shard);
    let mut report = Report {
        version: run.version,
        timestamp: run.timestamp,
        outcome: Outcome::Incomplete,
        models: cases
            .into_iter()
            .zip(base_models)
            .map(|(judged, base_models)| judged.into_report(base_models))
            .collect(),
        findings: order::findings(findings),
        incidents,
        rules,
        fail_on: run.policy.fail_on,
        policy: run.policy_name,
        manifest: run.manifest,
        inputs: run.inputs,
        shard: run.shard,
        is_code_read: run.is_code_read,
        waivers,
        baseline: None,
    };
    order::incidents(&mut report);
    report.outcome = outcome::of(&report);
    report
}

/// A rule's judgement with the severity in force.
struct Ruling {
    meta: &'static RuleMeta,
    severity: Severity,
    violation: Violation,
}

/// What the rules that are on say of one model, in registry order, one per subject and place.
fn rulings(judged: &Judged, base_models: &[BaseModelReport], run: &Run) -> Vec<Ruling> {
    let case = Case {
        entry: judged.entry.as_ref(),
        dossier: &judged.dossier,
        policy: &judged.policy,
        lock: lock::state(judged, run.lock.as_ref()),
        now: run.now,
        base_models,
        named_by: judged.named_by.as_ref(),
    };
    let mut rulings = Vec::new();
    for rule in RULES {
        let meta = &rule.meta;
        let in_force = severity::in_force(&judged.policy, meta);
        let Some(severity) = lock::severity(in_force, meta, run.lock.as_ref()) else { continue };
        if judged.dossier.unfetched_card.is_some() && rule.judges_card() {
            continue;
        }
        let mut violations = Vec::new();
        rule.check(&case, &mut violations);
        rulings.extend(merging::one_per_subject(violations).into_iter().map(|violation| Ruling {
            meta,
            severity,
            violation,
        }));
    }
    rulings
}

impl Judged {
    fn finding(
        &self,
        ruling: Ruling,
        places: &mut Places,
        fingerprints: &mut Fingerprints,
    ) -> Finding {
        let Ruling { meta, severity, violation } = ruling;
        let fingerprint = fingerprints.of(meta.id, &self.source, &violation);
        let place = violation
            .manifest
            .as_ref()
            .or_else(|| self.entry.as_ref().map(|entry| &entry.source_place));
        let manifest = place.map(|place| places.shown(place));
        Finding { manifest, ..finding(meta, severity, self.name.clone(), violation, fingerprint) }
    }

    fn into_report(self, base_models: Vec<BaseModelReport>) -> ModelReport {
        let trust = trust_report(&self.dossier, &self.policy.trust);
        let licenses = license_reports(&self.dossier);
        let repository = base_models::repository(&self);
        let card = self
            .dossier
            .is_repository
            .then(|| card_report(self.dossier.card.as_ref(), &self.policy.card));
        let files = self
            .dossier
            .files
            .into_iter()
            .map(|evidence| globals::file_report(evidence, &self.policy.pickle))
            .collect();
        ModelReport {
            name: self.name,
            source: self.source,
            revision: self.revision,
            trust,
            repository,
            licenses,
            base_models,
            card,
            files,
            fail_on: Some(self.policy.fail_on),
            profile: self.entry.as_ref().and_then(|entry| entry.profile.clone()),
            requested_revision: self.entry.and_then(|entry| entry.revision),
            named_by: self.named_by,
        }
    }
}

fn digests_by_path(dossier: &Dossier) -> HashMap<&str, Digest> {
    dossier
        .files
        .iter()
        .filter_map(|file| file.sha256.map(|digest| (file.path.as_str(), digest)))
        .collect()
}
