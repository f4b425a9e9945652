//! `unused-waiver`: an exception that excuses nothing.

use super::expired_waiver::{subject, what_it_is_for};
use crate::base::Severity;
use crate::finding::{RuleMeta, WaiverReport};
use crate::rules::{Case, Rule, Violation};

/// A waiver that covered no finding.
#[derive(Clone, Copy, Debug)]
pub struct UnusedWaiver;

static META: RuleMeta = RuleMeta {
    id: "unused-waiver",
    title: "Waiver covers nothing",
    summary: "A waiver of the policy covered no finding of this run.",
    severity: Severity::Info,
    tags: &["policy"],
    cwe: None,
    since: "0.1.0",
    help: include_str!("unused_waiver.md"),
};

impl UnusedWaiver {
    /// The violation that `waiver` is; `other_bytes` says that all else matched and only the
    /// digest of the file was another. Its place is that of the waiver.
    pub fn violation(waiver: &WaiverReport, other_bytes: bool) -> Violation {
        let why =
            if other_bytes { ": the file has other bytes than those it is bound to" } else { "" };
        Violation {
            description: format!(
                "The waiver for {} covered no finding{why}.",
                what_it_is_for(waiver)
            ),
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
        }
    }
}

impl Rule for UnusedWaiver {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    /// Silent: see the module.
    fn check(&self, _case: &Case<'_>, _violations: &mut Vec<Violation>) {}
}
