//! `trailing-data`: bytes behind a pickle.

use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// There are bytes behind a pickle that are no pickle.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "trailing-data",
        title: "Bytes behind a pickle",
        summary: "A pickle ends and further bytes follow that are no pickle: no loader of the pickle \
                  reads them.",
        severity: Severity::Medium,
        tags: &["pickle", "security"],
        cwe: Some(506),
        since: "0.1.0",
        help: include_str!("trailing_data.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::TrailingBytes { length }) = seen.fact else { continue };
        violations.push(seen.violation(
            "trailing bytes",
            format!(
                "{length} bytes follow the pickle in {}{}: they are no further pickle, and \
                 `pickle.load` never reads them.",
                seen.holder(),
                seen.at_byte(),
            ),
            "Find out what wrote the bytes. If the program reads them itself, waive this with \
             the file's `sha256`; otherwise save the file again.",
        ));
    }
}
