//! `low-trust`: a trust score below the policy's.

use super::trust_report;
use crate::base::Severity;
use crate::finding::{Location, RuleMeta, TrustReport, TrustSignal};
use crate::manifest::Source;
use crate::rules::{Case, Check, Rule, Violation};

/// A model of which too little speaks for its origin.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "low-trust",
        title: "Trust score is too low",
        summary: "A model's trust score is below the policy's `trust.minimum_score`, or none can be \
                  established for it.",
        severity: Severity::Medium,
        tags: &["trust"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("low_trust.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let minimum = case.policy.trust.minimum_score;
    if minimum == 0 {
        return;
    }
    let (description, recommendation) = match trust_report(case.dossier, &case.policy.trust) {
        Some(report) if report.score >= minimum => return,
        Some(report) => (
            format!(
                "The trust score is {} of {} ({}), and the policy asks for {minimum}: {}.",
                report.score,
                report.maximum,
                report.assessment(),
                worst_first(&report),
            ),
            "Use a model of a publisher whom you trust; or review this one and its publisher, \
             and add the publisher to `trust.extra_trusted_publishers` or give the model a \
             profile with another `trust.minimum_score`."
                .to_owned(),
        ),
        // Nothing came to be judged: that is told already, and no judgement on the model.
        None if case.dossier.files.is_empty() => return,
        None if case.entry.is_some_and(|entry| matches!(entry.origin, Source::Hub(_))) => (
            format!(
                "No trust can be established without asking the Hub, and the policy asks for \
                 a score of {minimum}."
            ),
            "Judge the model with access to the Hub; or, where its origin was reviewed before, \
             give it a profile with `trust: { minimum_score: 0 }`."
                .to_owned(),
        ),
        None => (
            format!(
                "No trust can be established for a model on this machine, and the policy asks \
                 for a score of {minimum}."
            ),
            "Give it a profile with `trust: { minimum_score: 0 }`, such as `local` of the \
             presets, if you know where it comes from."
                .to_owned(),
        ),
    };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description,
        recommendation,
        subject: "low trust".to_owned(),
    });
}

/// `license -1 (the model card's front matter names no license), …`: each signal with what it
/// gave and what was seen.
fn worst_first(report: &TrustReport) -> String {
    let mut signals: Vec<&TrustSignal> = report.signals.iter().collect();
    signals.sort_by_key(|signal| signal.points);
    let shown: Vec<String> = signals
        .iter()
        .map(|signal| {
            let sign = if signal.points > 0 { "+" } else { "" };
            format!("{} {sign}{} ({})", signal.signal, signal.points, signal.detail)
        })
        .collect();
    shown.join("; ")
}
