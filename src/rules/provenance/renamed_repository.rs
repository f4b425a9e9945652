//! `renamed-repository`: a name under which the Hub answers with another one.

use super::of_model;
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A model that is asked for by a name that is no longer its own.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "renamed-repository",
        title: "Repository has another name now",
        summary: "The Hub answers for a model with another id than was asked for: it was renamed or \
                  moved, and somebody else can register the freed name.",
        severity: Severity::Medium,
        tags: &["provenance", "security"],
        cwe: Some(610),
        since: "0.1.0",
        help: include_str!("renamed_repository.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(repository) = &case.dossier.repository else { return };
    let (asked, id) = (&repository.asked, &repository.id);
    if asked == id {
        return;
    }
    let description = if asked.eq_ignore_ascii_case(id) {
        format!(
            "The repository is called {}, and was asked for as {}: the same name in another \
             case, which caches and other clients may take for another repository.",
            quoted(id),
            quoted(asked),
        )
    } else {
        format!(
            "The repository {} is called {} now. The Hub redirects from the old name until \
             somebody registers it anew, and then serves theirs.",
            quoted(asked),
            quoted(id),
        )
    };
    violations.push(of_model(
        id,
        description,
        format!("Write the source as {}.", quoted(&format!("hf://{id}"))),
    ));
}
