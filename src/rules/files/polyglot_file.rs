//! `polyglot-file`: several formats in the same bytes.

use crate::base::Severity;
use crate::evidence::{Fact, FileFact};
use crate::finding::RuleMeta;
use crate::rules::wording;
use crate::rules::{Case, Check, Rule, Violation};

/// A file that is several formats at once.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "polyglot-file",
        title: "File is several formats at once",
        summary: "The same bytes are valid in several formats, so that different programs load \
                  different things from one file.",
        severity: Severity::High,
        tags: &["file", "security"],
        cwe: Some(436),
        since: "0.1.0",
        help: include_str!("polyglot_file.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::File(FileFact::Polyglot { formats }) = seen.fact else { continue };
        violations.push(seen.violation(
            "polyglot",
            format!(
                "{} is {} at once: which one is loaded depends on the program.",
                seen.holder(),
                wording::formats(formats),
            ),
            "Save the model again in one format. Each reading of the file was judged, but no \
             honest writer makes a file with two.",
        ));
    }
}
