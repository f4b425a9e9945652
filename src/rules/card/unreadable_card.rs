//! `unreadable-card`: front matter that is broken.

use super::{card_of, violation};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A card whose front matter cannot be read.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unreadable-card",
        title: "Model card's front matter is broken",
        summary: "The YAML front matter of a model card cannot be read, so that license and base model \
                  are unknown.",
        severity: Severity::Medium,
        tags: &["documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unreadable_card.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(card) = card_of(case) else { return };
    let Some(error) = &card.front_matter_error else { return };
    violations.push(violation(
        card,
        "broken front matter",
        format!(
            "The front matter of the model card {} cannot be read: {}.",
            quoted(&card.path),
            phrase(error.trim_end_matches('.')),
        ),
        "Repair the YAML between the `---` lines at the top of the card; license and base \
         model are read from there."
            .to_owned(),
    ));
}
