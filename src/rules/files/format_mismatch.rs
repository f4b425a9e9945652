//! `format-mismatch`: a name that lies about the content.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::formats;
use crate::rules::{Case, Check, Rule, Violation};

/// A file whose content is not what its name says.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "format-mismatch",
        title: "Name and content disagree",
        summary: "A file's extension promises one format and its content is another.",
        severity: Severity::Medium,
        tags: &["file", "security"],
        cwe: Some(646),
        since: "0.1.0",
        help: include_str!("format_mismatch.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::NameMismatch { claimed, found }) = seen.fact else { continue };
        violations.push(seen.violation(
            format!("{claimed} claimed"),
            format!(
                "{} is named as {claimed}, but its content is {}.",
                seen.holder(),
                formats(found),
            ),
            "Give the file the extension of what it is, and find out why it had another. The \
             content was judged as what it is, not as what it is called.",
        ));
    }
}
