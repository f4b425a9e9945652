//! `missing-card`: a model without documentation.

use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::{Case, Check, Rule, Violation};

/// A model without a card.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "missing-card",
        title: "Model has no card",
        summary: "A model folder or repository has no README.md at its root: nobody says what the model \
                  is for, what it was trained on and where it fails.",
        severity: Severity::Medium,
        tags: &["documentation"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("missing_card.md"),
    },
    checks: &[Check::Card(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    if !case.dossier.is_repository || case.dossier.card.is_some() {
        return;
    }
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: "The model has no model card (`README.md` at its root).".to_owned(),
        recommendation: "Write one: what the model is for, what it was trained on, how well it \
                         does and where it fails. `weighstation explain missing-card` has a \
                         skeleton."
            .to_owned(),
        subject: "missing card".to_owned(),
    });
}
