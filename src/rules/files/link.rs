//! `link`: a symbolic link inside a model.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A link that stays inside the model.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "link",
        title: "Symbolic link in a model",
        summary: "A file of the model is a symbolic link to another place inside the model.",
        severity: Severity::Low,
        tags: &["file"],
        cwe: Some(59),
        since: "0.1.0",
        help: include_str!("link.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::Link { target, escapes: false }) = seen.fact else { continue };
        violations.push(seen.violation(
            "link",
            format!("{} is a symbolic link to {}.", seen.holder(), quoted(target)),
            "Replace the link by the file itself: links are lost or followed differently when \
             a model is copied, packed or uploaded.",
        ));
    }
}
