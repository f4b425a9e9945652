//! `brief-card`: a card that says next to nothing.

use super::{card_of, violation};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A card with too few words.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "brief-card",
        title: "Model card is very short",
        summary: "A model card has fewer words than the policy's `card.minimum_words`.",
        severity: Severity::Low,
        tags: &["documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("brief_card.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(card) = card_of(case) else { return };
    let minimum = case.policy.card.minimum_words;
    if card.words >= minimum {
        return;
    }
    violations.push(violation(
        card,
        "brief card",
        format!(
            "The model card {} has {} words; the policy asks for {minimum}.",
            quoted(&card.path),
            card.words,
        ),
        "Say in the card what the model is for, what it was trained on, how well it does and \
         where it fails. Front matter, code and markup are not counted."
            .to_owned(),
    ));
}
