//! `unlocked-model`: an entry of which the lock says nothing.

use super::changed;
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, LockState, Rule, Violation};

/// A model that nobody has accepted yet.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unlocked-model",
        title: "Model is not in the lock",
        summary: "There is a lock, and it does not say which commit and files of this model were \
                  accepted.",
        severity: Severity::Medium,
        tags: &["lock", "provenance"],
        cwe: Some(353),
        since: "0.1.0",
        help: include_str!("unlocked_model.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(entry) = case.entry else { return };
    let name = quoted(&entry.name);
    let (description, recommendation) = match case.lock {
        LockState::Unlocked => (
            format!("The lock does not name {name}: no commit and no files were accepted."),
            "Run `weighstation lock`, which adds it, review what is added and commit the lock.",
        ),
        LockState::Changed { model, binding: true } => (
            format!(
                "The lock names {name} ({}) for another entry: {} of the manifest has changed \
                 since, and with `--locked` nothing is resolved anew.",
                model.place,
                changed(entry, model),
            ),
            "Run `weighstation lock`, which resolves the changed entry, review the difference \
             and commit the lock.",
        ),
        _ => return,
    };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description,
        recommendation: recommendation.to_owned(),
        subject: "unlocked".to_owned(),
    });
}
