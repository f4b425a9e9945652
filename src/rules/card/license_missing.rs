//! `license-missing`: a card that names no licence.

use super::{card_of, violation};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A card without a licence.
pub(crate) struct LicenseMissing;

static META: RuleMeta = RuleMeta {
    id: "license-missing",
    title: "Model card names no licence",
    summary: "A model card's front matter has no `license:`, so that nobody can tell whether the \
              model may be used.",
    severity: Severity::Low,
    tags: &["documentation", "licence"],
    cwe: None,
    since: "0.1.0",
    help: include_str!("license_missing.md"),
};

impl Rule for LicenseMissing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
        let Some(card) = card_of(case) else { return };
        if card.licence.as_ref().is_some_and(|licence| !licence.id.trim().is_empty()) {
            return;
        }
        violations.push(violation(
            card,
            "missing licence",
            format!("The model card {} names no licence.", quoted(&card.path)),
            "Add `license:` with an SPDX id or a Hub licence id to the front matter between the \
             `---` lines at the top of the card."
                .to_owned(),
        ));
    }
}
