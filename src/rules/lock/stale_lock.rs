//! `stale-lock`: a lock that is behind the manifest or the branch.

use super::changed;
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::lock::LockedModel;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, LockState, Rule, Violation};

/// A lock that should be written again.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "stale-lock",
        title: "Lock is out of date",
        summary: "The manifest has changed since the lock was written, a branch or tag has moved on, \
                  or the lock names a model that the manifest no longer names.",
        severity: Severity::Low,
        tags: &["lock", "provenance"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("stale_lock.md"),
    },
    checks: &[Check::Model(check), Check::VanishedModel(vanished)],
};

/// The violation that a locked model is which the manifest no longer names.
fn vanished(model: &LockedModel) -> Violation {
    Violation {
        manifest: Some(model.place.clone()),
        description: format!("The lock names {}, and the manifest does not.", quoted(&model.name)),
        recommendation: "Run `weighstation lock`, which removes it.".to_owned(),
        subject: format!("vanished {}", model.name),
        ..Violation::default()
    }
}

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(entry) = case.entry else { return };
    let name = quoted(&entry.name);
    let (description, recommendation, subject) = match case.lock {
        LockState::Changed { model, binding: false } => (
            format!(
                "{} of {name} in the manifest is another than in the lock ({}), so that \
                 nothing was compared with the lock.",
                changed(entry, model),
                model.place,
            ),
            "Run `weighstation lock`, which resolves the changed entry, review the difference \
             and commit the lock."
                .to_owned(),
            "changed",
        ),
        LockState::Locked { model, head: Some(head), .. }
            if model.commit.as_ref().is_some_and(|commit| commit != head) =>
        {
            let commit = model.commit.as_ref().map(ToString::to_string).unwrap_or_default();
            let revision = entry.revision.as_deref().unwrap_or("main");
            (
                format!(
                    "{} of {name} has moved on to {head}; {commit} was judged, as the lock \
                     says.",
                    quoted(revision),
                ),
                format!(
                    "To take the newer one, run `weighstation lock --update {}`, review the \
                     difference and commit the lock.",
                    crate::base::quoted(&entry.name),
                ),
                "moved",
            )
        }
        _ => return,
    };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description,
        recommendation,
        subject: subject.to_owned(),
    });
}
