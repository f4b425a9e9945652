//! `denied-publisher`: a publisher from whom nothing may come in.

use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::manifest::Source;
use crate::rules::trust::{is_same_account, publisher_of};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A model of a publisher whom the policy denies.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "denied-publisher",
        title: "Publisher is denied",
        summary: "A model from the Hub is published by an account under the policy's \
                  `publishers.deny`.",
        severity: Severity::High,
        tags: &["admission", "trust"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("denied_publisher.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    // Who publishes it today, and who published it under the name that the manifest has.
    let today = case.dossier.repository.as_ref().map(|repository| repository.id.clone());
    let written = case.entry.and_then(|entry| match &entry.origin {
        Source::Hub(id) => Some(id.to_string()),
        Source::Local(_) => None,
    });
    let denied = &case.policy.publishers.deny;
    let publisher = [today, written].into_iter().flatten().find_map(|id| {
        let publisher = publisher_of(&id)?.to_owned();
        denied.iter().any(|name| is_same_account(name, &publisher)).then_some(publisher)
    });
    let Some(publisher) = publisher else { return };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: format!(
            "{} publishes the model, and the policy denies that publisher.",
            quoted(&publisher)
        ),
        recommendation:
            "Use a model of another publisher. Whoever answers for the policy can take \
                         the name off `publishers.deny`."
                .to_owned(),
        subject: publisher.to_ascii_lowercase(),
    });
}
