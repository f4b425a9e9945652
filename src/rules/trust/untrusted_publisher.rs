//! `untrusted-publisher`: a publisher that is not on the policy's list.

use super::publisher::{is_trusted, publisher_of};
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A model from somebody whom the policy does not list.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "untrusted-publisher",
        title: "Publisher is not on the trusted list",
        summary: "The policy lists trusted publishers, and a model from the Hub is published by none \
                  of them.",
        severity: Severity::Info,
        tags: &["trust"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("untrusted_publisher.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(repository) = &case.dossier.repository else { return };
    let trusted = &case.policy.trust.trusted_publishers;
    if trusted.is_empty() {
        return;
    }
    let (description, subject) = match publisher_of(&repository.id) {
        Some(publisher) if is_trusted(publisher, trusted) => return,
        Some(publisher) => (
            format!(
                "{} publishes the model and is not on the policy's list of trusted publishers.",
                quoted(publisher)
            ),
            publisher,
        ),
        None => (
            format!(
                "{} names no publisher, so that none on the policy's list vouches for it.",
                quoted(&repository.id)
            ),
            "no publisher",
        ),
    };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description,
        recommendation: "Find out who they are; if you trust them, add the name to \
                         `trust.extra_trusted_publishers`."
            .to_owned(),
        subject: subject.to_owned(),
    });
}
