//! `license-not-allowed`: a license that the policy does not accept.

use super::statement::{Meaning, Statement, statements};
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::license::LicenseTerm;
use crate::policy::LicensePolicy;
use crate::rules::wording::listed;
use crate::rules::{Case, Check, Rule, Violation};

/// Licenses that a sentence names at most.
const SHOWN: usize = 6;

/// A model under a license that the policy does not accept.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "license-not-allowed",
        title: "License is not allowed",
        summary: "A model's license is on the policy's `license.deny`, or not on its `license.allow`.",
        severity: Severity::High,
        tags: &["license"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("license_not_allowed.md"),
    },
    checks: &[Check::Card(check)],
};

const RECOMMENDATION: &str = "Use a model under a license that the policy allows, or have the \
                              license accepted and change `license` in the policy.";

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    if !case.dossier.is_repository {
        return;
    }
    let policy = &case.policy.license;
    let statements = statements(case.dossier).all;
    if statements.is_empty() && policy.allow.is_some() {
        violations.push(Violation {
            location: Location {
                path: case.dossier.card.as_ref().map(|card| card.path.clone()),
                ..Location::default()
            },
            manifest: None,
            description: "The model names no license, and the policy allows only some.".to_owned(),
            recommendation: RECOMMENDATION.to_owned(),
            subject: "no license".to_owned(),
        });
    }
    for statement in statements {
        if let Some(problem) = problem(&statement, policy) {
            let description = format!("{}{problem}", statement.sentence());
            let recommendation = RECOMMENDATION.to_owned();
            violations.push(statement.violation(case.dossier, description, recommendation));
        }
    }
}

/// Why the license is not acceptable, as the end of a sentence that names it.
fn problem(statement: &Statement, policy: &LicensePolicy) -> Option<String> {
    const REFUSED: &str = ", which the policy refuses.";
    const NOT_ALLOWED: &str = ", which the policy does not allow.";
    let (allow, deny) = (policy.allow.as_deref(), policy.deny.as_slice());
    let acceptable = |term: &LicenseTerm| term.is_acceptable(allow, deny);
    match &statement.meaning {
        Meaning::Expression(expression) => {
            let failing = expression.satisfied_by(acceptable).err()?;
            let (refused, others): (Vec<_>, Vec<_>) =
                failing.into_iter().partition(|term| term.is_denied(deny));
            if expression.terms().nth(1).is_none() {
                return Some(if refused.is_empty() { NOT_ALLOWED } else { REFUSED }.to_owned());
            }
            let named = |terms: &[&LicenseTerm]| {
                let names: Vec<&str> = terms.iter().map(|term| term.written()).collect();
                listed(&names, SHOWN)
            };
            Some(match (refused.as_slice(), others.as_slice()) {
                (refused, []) => format!("; the policy refuses {}.", named(refused)),
                ([], others) => format!("; the policy does not allow {}.", named(others)),
                (refused, others) => format!(
                    "; the policy refuses {} and does not allow {}.",
                    named(refused),
                    named(others)
                ),
            })
        }
        // One license under several names: one that is refused refuses it, one that is allowed
        // allows it.
        Meaning::Named { names, .. } => {
            if names.iter().any(|name| name.is_denied(deny)) {
                Some(REFUSED.to_owned())
            } else {
                (!names.iter().any(acceptable)).then(|| NOT_ALLOWED.to_owned())
            }
        }
        // What is mentioned in a text that cannot be read may well apply, and allows nothing.
        Meaning::Unclear(_) => {
            let names = statement.names();
            let refused: Vec<&str> = names
                .iter()
                .filter(|name| name.is_denied(deny))
                .map(LicenseTerm::written)
                .collect();
            if !refused.is_empty() {
                return Some(format!("; the policy refuses {}.", listed(&refused, SHOWN)));
            }
            (!names.first().is_some_and(acceptable)).then(|| NOT_ALLOWED.to_owned())
        }
    }
}
