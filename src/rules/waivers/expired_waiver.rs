//! `expired-waiver`: an exception whose last day has passed.

use crate::base::{Severity, Untrusted};
use crate::finding::{RuleMeta, WaiverReport};
use crate::rules::{Case, Rule, Violation};

/// A waiver that no longer holds.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredWaiver;

static META: RuleMeta = RuleMeta {
    id: "expired-waiver",
    title: "Waiver has expired",
    summary: "A waiver of the policy is past its last day and covers nothing any more.",
    severity: Severity::Medium,
    tags: &["policy"],
    cwe: None,
    since: "0.1.0",
    help: include_str!("expired_waiver.md"),
};

impl ExpiredWaiver {
    /// The violation that `waiver` is; `would_cover` is the number of findings that it would
    /// cover if it still held. Its place is that of the waiver.
    pub fn violation(waiver: &WaiverReport, would_cover: usize) -> Violation {
        let consequence = match would_cover {
            0 => "It would cover no finding of this run.".to_owned(),
            1 => "One finding that it covered counts again.".to_owned(),
            count => format!("{count} findings that it covered count again."),
        };
        Violation {
            description: format!(
                "The waiver for {} expired on {}. {consequence}",
                what_it_is_for(waiver),
                Untrusted(&waiver.expires),
            ),
            recommendation:
                "Fix what it excused and remove the waiver, or review it again and give \
                             it a new date."
                    .to_owned(),
            subject: subject(waiver),
            ..Violation::default()
        }
    }
}

/// The rule that a waiver is for, or the finding, if it names no rule.
pub(super) fn what_it_is_for(waiver: &WaiverReport) -> String {
    match (&waiver.rule, &waiver.fingerprint) {
        (Some(rule), _) => format!("`{}`", Untrusted(rule)),
        (None, Some(fingerprint)) => format!("finding `{fingerprint}`"),
        (None, None) => "every finding".to_owned(),
    }
}

/// What tells one waiver from another, wherever it is written.
pub(super) fn subject(waiver: &WaiverReport) -> String {
    let digest = waiver.sha256.map(|digest| digest.to_string()).unwrap_or_default();
    let mut subject = [
        waiver.rule.as_deref().unwrap_or("*"),
        waiver.model.as_deref().unwrap_or("*"),
        waiver.file.as_deref().unwrap_or("*"),
        &digest,
    ]
    .join(" ");
    if let Some(fingerprint) = &waiver.fingerprint {
        subject.push(' ');
        subject.push_str(fingerprint.as_str());
    }
    subject
}

impl Rule for ExpiredWaiver {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    /// Silent: see the module.
    fn check(&self, _case: &Case<'_>, _violations: &mut Vec<Violation>) {}
}
