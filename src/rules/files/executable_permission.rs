//! `executable-permission`: a model file that may be executed.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A file with the executable permission.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "executable-permission",
        title: "Model file is executable",
        summary: "A model file has the executable permission, which data does not need.",
        severity: Severity::Low,
        tags: &["file"],
        cwe: Some(732),
        since: "0.1.0",
        help: include_str!("executable_permission.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::ExecutablePermission { mode }) = seen.fact else { continue };
        violations.push(seen.violation(
            "executable permission",
            format!(
                "{} may be executed (mode {:o}), and data need not be.",
                seen.holder(),
                mode & 0o7777,
            ),
            format!(
                "Take the permission away: `chmod a-x` on {}; in Git, \
                 `git update-index --chmod=-x`.",
                quoted(&seen.file.path)
            ),
        ));
    }
}
