//! `license-unknown`: a license that cannot be told.

use super::statement::{Meaning, Statement, statements};
use crate::base::Severity;
use crate::evidence::Origin;
use crate::finding::{Location, RuleMeta};
use crate::license::{LicenseError, LicenseId};
use crate::rules::wording::{listed, phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// Licenses that a sentence names at most.
const SHOWN: usize = 6;

/// A model whose card says something on the license from which the license does not follow.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "license-unknown",
        title: "License cannot be told",
        summary: "What a model says of its license names none: text that is neither an SPDX \
                  expression nor an id of the Hub, `unknown`, `other` without a name, or two \
                  statements that contradict each other.",
        severity: Severity::Low,
        tags: &["license", "documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("license_unknown.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    if !case.dossier.is_repository {
        return;
    }
    let statements = statements(case.dossier);
    for statement in &statements.all {
        if let Some((problem, advice)) = problem(statement) {
            let description = format!("{}{problem}", statement.sentence());
            violations.push(statement.violation(case.dossier, description, advice));
        }
    }
    if let Some((card, hub)) = statements.contradiction {
        violations.push(Violation {
            location: Location {
                path: case.dossier.card.as_ref().map(|card| card.path.clone()),
                origin: Origin::default(),
            },
            manifest: None,
            description: format!(
                "The model card's license is {}, the Hub's metadata says {}.",
                listed(&card, SHOWN),
                listed(&hub, SHOWN),
            ),
            recommendation: "Ask the publisher which one applies; until then both are held \
                             against the policy."
                .to_owned(),
            subject: "contradiction".to_owned(),
        });
    }
}

/// Why no license follows from a statement, as the end of a sentence, and what to do.
fn problem(statement: &Statement) -> Option<(String, String)> {
    match &statement.meaning {
        Meaning::Named { .. } => None,
        Meaning::Expression(expression) => {
            let mut ids = expression.terms().map(|term| term.id());
            let name = ids.find_map(|id| match id {
                LicenseId::Hub(id @ ("unknown" | "other")) => Some(*id),
                _ => None,
            })?;
            Some(if name == "unknown" {
                (
                    ", which says nothing.".to_owned(),
                    "Ask the publisher for the license, and give it in `license:`.".to_owned(),
                )
            } else {
                (
                    " without a `license_name`, which could be anything.".to_owned(),
                    "Add `license_name:` and `license_link:` to the front matter.".to_owned(),
                )
            })
        }
        Meaning::Unclear(error) => {
            let advice = "Give an SPDX id, an id of the Hub, or `license: other` with a \
                          `license_name`.";
            Some((
                match error {
                    LicenseError::Unknown(word) if *word == statement.text => {
                        ", which is neither an SPDX license id nor a license id of the Hub."
                            .to_owned()
                    }
                    error => format!(": {}.", phrase(&error.to_string())),
                },
                match error.suggestion() {
                    Some(suggestion) => format!("Did you mean {}? {advice}", quoted(suggestion)),
                    None => advice.to_owned(),
                },
            ))
        }
    }
}
