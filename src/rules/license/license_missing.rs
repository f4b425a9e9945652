//! `license-missing`: a model for which no license is named.

use super::statement::statements;
use crate::base::Severity;
use crate::evidence::Origin;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A card without a license.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "license-missing",
        title: "Model card names no license",
        summary: "Neither a model card's front matter nor the Hub's metadata has a `license:`, so that \
                  nobody can tell whether the model may be used.",
        severity: Severity::Low,
        tags: &["license", "documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("license_missing.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    // Without a card, `missing-card` says all there is to say.
    let Some(card) = case.dossier.card.as_ref().filter(|_| case.dossier.is_repository) else {
        return;
    };
    if !statements(case.dossier).all.is_empty() {
        return;
    }
    violations.push(Violation {
        location: Location { path: Some(card.path.clone()), origin: Origin::default() },
        manifest: None,
        description: format!("The model card {} names no license.", quoted(&card.path)),
        recommendation: "Add `license:` with an SPDX id or a Hub license id to the front matter \
                         between the `---` lines at the top of the card."
            .to_owned(),
        subject: "missing license".to_owned(),
    });
}
