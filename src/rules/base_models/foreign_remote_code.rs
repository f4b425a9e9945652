//! `foreign-remote-code`: a configuration that runs code of another repository.

use crate::base::Severity;
use crate::evidence::{Fact, ReferenceKind};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A configuration whose classes are code of another repository.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "foreign-remote-code",
        title: "Configuration runs code of another repository",
        summary: "A configuration takes its classes from the code of another repository, which \
                  transformers fetches from that repository's default branch and runs.",
        severity: Severity::High,
        tags: &["base-model", "security", "code-execution"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("foreign_remote_code.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Reference(fact) = seen.fact else { continue };
        if fact.kind != ReferenceKind::RemoteCode || case.dossier.is_itself(&fact.target) {
            continue;
        }
        violations.push(seen.violation(
            &fact.target,
            format!(
                "{} takes classes from the code of {}: with `trust_remote_code=True` it is \
                 fetched in whatever state it is in that day, and run.",
                seen.holder(),
                quoted(&fact.target),
            ),
            "Use a model whose code is its own, or a class of the library itself. Otherwise \
             read the code, copy it into the model and name it without the repository.",
        ));
    }
}
