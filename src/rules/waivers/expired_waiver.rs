//! `expired-waiver`: an exception whose last day has passed.

use super::waiver_use::{WaiverUse, subject, what_it_is_for};
use crate::base::{Severity, Untrusted};
use crate::finding::{RuleMeta, WaiverReport};
use crate::rules::{Check, Rule, Violation};

/// A waiver that no longer holds.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "expired-waiver",
        title: "Waiver has expired",
        summary: "A waiver of the policy is past its last day and covers nothing any more.",
        severity: Severity::Medium,
        tags: &["policy"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("expired_waiver.md"),
    },
    checks: &[Check::Waiver { judge: check, severity: |waiver| &mut waiver.expired_severity }],
};

fn check(waiver: &WaiverReport, usage: &WaiverUse) -> Option<(Severity, Violation)> {
    if !waiver.expired {
        return None;
    }
    let consequence = match usage.would_cover {
        0 => "It would cover no finding of this run.".to_owned(),
        1 => "One finding that it covered counts again.".to_owned(),
        count => format!("{count} findings that it covered count again."),
    };
    let violation = Violation {
        description: format!(
            "The waiver for {} expired on {}. {consequence}",
            what_it_is_for(waiver),
            Untrusted(&waiver.expires),
        ),
        recommendation:
            "Fix what it excused and remove the waiver, or review it again and give it \
                         a new date."
                .to_owned(),
        subject: subject(waiver),
        ..Violation::default()
    };
    Some((waiver.expired_severity?, violation))
}
