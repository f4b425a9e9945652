//! `unused-waiver`: an exception that excuses nothing.

use super::waiver_use::{WaiverUse, subject, what_it_is_for};
use crate::base::Severity;
use crate::finding::{RuleMeta, WaiverReport};
use crate::rules::{Check, Rule, Violation};

/// A waiver that covered no finding.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unused-waiver",
        title: "Waiver covers nothing",
        summary: "A waiver of the policy covered no finding of this run.",
        severity: Severity::Info,
        tags: &["policy"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unused_waiver.md"),
    },
    checks: &[Check::Waiver { judge: check, severity: |waiver| &mut waiver.unused_severity }],
};

fn check(waiver: &WaiverReport, usage: &WaiverUse) -> Option<(Severity, Violation)> {
    if waiver.expired || waiver.excused || usage.covered {
        return None;
    }
    let other_bytes = usage.met_other_bytes;
    let why = if other_bytes { ": the file has other bytes than those it is bound to" } else { "" };
    let violation = Violation {
        description: format!("The waiver for {} covered no finding{why}.", what_it_is_for(waiver)),
        recommendation: if other_bytes {
            "Review the file as it is now; then bind the waiver to its new `sha256`, or remove \
             the waiver."
        } else {
            "Remove it if what it excused is gone; otherwise check its `model`, `file` and \
             `sha256`."
        }
        .to_owned(),
        subject: subject(waiver),
        ..Violation::default()
    };
    Some((waiver.unused_severity?, violation))
}
