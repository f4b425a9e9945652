//! `incomplete-card`: a card without required sections.

use super::completeness::{card_report, is_below};
use super::{card_of, violation};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::policy::{CardMatch, CardSectionPolicy};
use crate::rules::wording::{listed, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A card that lacks required sections.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "incomplete-card",
        title: "Model card is incomplete",
        summary: "A model card has fewer of the sections that the policy requires than its \
                  `card.minimum_completeness` asks for.",
        severity: Severity::Medium,
        tags: &["documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("incomplete_card.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(card) = card_of(case) else { return };
    let policy = &case.policy.card;
    let report = card_report(Some(card), policy);
    if !is_below(&report, policy.minimum_completeness) {
        return;
    }
    let missing: Vec<&CardSectionPolicy> = policy
        .required_sections
        .iter()
        .zip(&report.sections)
        .filter(|(_, (_, there))| !there)
        .map(|(section, _)| section)
        .collect();
    let names: Vec<&str> = missing.iter().map(|section| section.id.as_str()).collect();
    let degree =
        if is_below(&report, 50) { "significantly incomplete" } else { "partially complete" };
    let headings: Vec<String> = missing.iter().map(|section| heading_for(section)).collect();
    let how = match policy.matching {
        CardMatch::Headings => "Add a heading with text below it for each",
        CardMatch::Keywords => "Write about each, under a heading such as these",
    };
    violations.push(violation(
        card,
        "incomplete card",
        format!(
            "The model card {} is {degree}: {}% of the required sections, {}% are asked for. \
             Missing: {}.",
            quoted(&card.path),
            report.completeness,
            policy.minimum_completeness,
            listed(&names, names.len()),
        ),
        format!("{how}: {}.", listed(&headings, headings.len())),
    ));
}

/// A heading that satisfies the section: its first keyword, capitalised.
pub(super) fn heading_for(section: &CardSectionPolicy) -> String {
    let keyword = section.keywords.first().unwrap_or(&section.id);
    let mut characters = keyword.chars();
    let capitalised: String = characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default();
    format!("## {capitalised}")
}
