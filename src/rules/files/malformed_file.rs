//! `malformed-file`: bytes that break their format's rules.

use crate::base::Severity;
use crate::evidence::{CoverageFact, Fact};
use crate::finding::RuleMeta;
use crate::rules::wording::phrase;
use crate::rules::{Case, Check, Rule, Violation};

/// A file that breaks the rules of the format it was read as.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "malformed-file",
        title: "File is malformed",
        summary: "A file breaks the rules of its format, so that only what stands before the break \
                  could be judged. A loader may run that part and fail afterwards.",
        severity: Severity::High,
        tags: &["file", "security"],
        cwe: Some(20),
        since: "0.1.0",
        help: include_str!("malformed_file.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Coverage(CoverageFact::Malformed { format, reason }) = seen.fact else {
            continue;
        };
        violations.push(seen.violation(
            format!("malformed {format}"),
            format!(
                "{} was read as {format} and breaks the format's rules{}: {}. What stands \
                 behind was not judged.",
                seen.holder(),
                seen.at_byte(),
                phrase(reason),
            ),
            "Fetch the file again (a broken download is the usual honest cause) and compare \
             its sha256 with the publisher's. If it is broken there too, do not use it.",
        ));
    }
}
