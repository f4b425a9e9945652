//! `escaping-link`: a symbolic link that leaves the model.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A link that leaves the model.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "escaping-link",
        title: "Link leaves the model",
        summary: "A file of the model is a symbolic link to a place outside of the model. It was not \
                  followed.",
        severity: Severity::High,
        tags: &["file", "security"],
        cwe: Some(59),
        since: "0.1.0",
        help: include_str!("escaping_link.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::Link { target, escapes: true }) = seen.fact else { continue };
        violations.push(seen.violation(
            "escaping link",
            format!(
                "{} is a symbolic link to {}, outside of the model. It was not followed, so \
                 what it points at was not judged.",
                seen.holder(),
                quoted(target),
            ),
            "Put the file itself into the model, or name the folder that it points into as the \
             entry's source.",
        ));
    }
}
