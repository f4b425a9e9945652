//! `budget-exhausted`: a file that costs more than an analysis may.

use crate::base::Severity;
use crate::evidence::{CoverageFact, Fact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A file whose analysis ran out of a budget.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "budget-exhausted",
        title: "File exceeds an analysis budget",
        summary: "A file nests too deeply, unpacks to too much or holds too many pieces, so that only \
                  a part of it was judged.",
        severity: Severity::High,
        tags: &["file", "security"],
        cwe: Some(409),
        since: "0.1.0",
        help: include_str!("budget_exhausted.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Coverage(CoverageFact::BudgetExhausted { budget, limit }) = seen.fact else {
            continue;
        };
        violations.push(seen.violation(
            budget.counted(),
            format!(
                "{} has more than {limit} {budget}{}: what lies beyond was not judged.",
                seen.holder(),
                seen.at_byte(),
            ),
            "Unpack or split the file if it is your own, or leave it out of `files:` if it is not \
             loaded. Files that are built to exhaust whoever reads them end here too, so do not \
             load one of which you do not know why it is so large.",
        ));
    }
}
