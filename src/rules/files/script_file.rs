//! `script-file`: source code in a model.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording::phrase;
use crate::rules::{Case, Check, Rule, Violation};

/// A script or source file among the files of a model.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "script-file",
        title: "Source code in a model",
        summary: "A model holds a script, a notebook or source code that a framework or a person may \
                  run.",
        severity: Severity::High,
        tags: &["file", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("script_file.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::Script { language }) = seen.fact else { continue };
        violations.push(seen.violation(
            format!("script {language}"),
            format!(
                "{} is source code ({}): `trust_remote_code=True`, a serving framework or a \
                 person may run it.",
                seen.holder(),
                phrase(language),
            ),
            "Leave it out with the entry's `files:` if the project does not run it. If it \
             does, copy the code into your own repository, review it there, and load the \
             model without `trust_remote_code`.",
        ));
    }
}
