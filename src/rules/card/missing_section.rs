//! `missing-section`: one required section that a card lacks.

use super::completeness::card_report;
use super::incomplete_card::heading_for;
use super::{card_of, violation};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::{listed, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A card that lacks a required section.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "missing-section",
        title: "Model card lacks a section",
        summary: "A model card lacks one of the policy's required sections, whether or not the card as \
                  a whole is complete enough.",
        severity: Severity::Low,
        tags: &["documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("missing_section.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(card) = card_of(case) else { return };
    let policy = &case.policy.card;
    let report = card_report(Some(card), policy);
    let sections = policy.required_sections.iter().zip(&report.sections);
    for (section, _) in sections.filter(|(_, (_, there))| !there) {
        violations.push(violation(
            card,
            &section.id,
            format!(
                "The model card {} lacks the section {}.",
                quoted(&card.path),
                quoted(&section.id),
            ),
            format!(
                "Add it, for example below the heading {}; any of these words is recognised: \
                 {}.",
                quoted(&heading_for(section)),
                listed(&section.keywords, 8),
            ),
        ));
    }
}
