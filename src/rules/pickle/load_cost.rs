//! `load-cost`: loading costs far more than the file holds.

use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::phrase;
use crate::rules::{Case, Check, Rule, Violation};

/// Bytes that any file may cost.
const FREE: u64 = 16 << 30;
/// Times its own size that a file may cost.
const RATIO: u64 = 100;

/// Loading allocates or computes out of proportion to the file.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "load-cost",
        title: "Loading costs far more than the file holds",
        summary: "Loading the file must allocate memory or compute out of proportion to its size.",
        severity: Severity::High,
        tags: &["pickle", "security"],
        cwe: Some(400),
        since: "0.1.0",
        help: include_str!("load_cost.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::LoadCost { what, bytes }) = seen.fact else { continue };
        if *bytes <= FREE.max(seen.file.size.saturating_mul(RATIO)) {
            continue;
        }
        let cost = match *bytes {
            u64::MAX => "compute or allocate without end".to_owned(),
            bytes => format!("allocate at least {}", gibibytes(bytes)),
        };
        violations.push(seen.violation(
            what,
            format!(
                "{} makes the loader {cost}{}: {}.",
                seen.holder(),
                seen.at_byte(),
                phrase(what),
            ),
            "Do not load this file: no writer produces such a cost. If it is your own, save the \
             values themselves rather than a call that makes them.",
        ));
    }
}

/// Bytes as GiB with one digit, rounded down.
fn gibibytes(bytes: u64) -> String {
    let tenths = (bytes >> 30)
        .saturating_mul(10)
        .saturating_add(((bytes >> 20) & 1023).saturating_mul(10) >> 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}
