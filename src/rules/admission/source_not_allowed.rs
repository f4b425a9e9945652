//! `source-not-allowed`: a place from which nothing may come in.

use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::manifest::Source;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A model from where the policy lets nothing in.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "source-not-allowed",
        title: "Source is not allowed",
        summary: "A model comes from a source that is not under the policy's `sources.allow`, or that \
                  is under its `sources.deny`.",
        severity: Severity::High,
        tags: &["admission", "provenance"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("source_not_allowed.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(entry) = case.entry else { return };
    let policy = &case.policy.sources;
    let written = match &entry.origin {
        Source::Hub(id) => format!("hf://{id}"),
        Source::Local(path) => path.clone(),
    };
    // Its name on the Hub today, from which it is fetched.
    let today =
        case.dossier.repository.as_ref().map(|repository| format!("hf://{}", repository.id));
    let fetched = today.as_deref().unwrap_or(&written);
    let denied = policy.deny.iter().find(|glob| glob.is_match(&written) || glob.is_match(fetched));
    let why = if let Some(glob) = denied {
        format!("the policy denies {}", quoted(&glob.to_string()))
    } else if policy
        .allow
        .as_deref()
        .is_some_and(|allow| !allow.iter().any(|it| it.is_match(fetched)))
    {
        "no pattern of the policy's `sources.allow` matches it".to_owned()
    } else {
        return;
    };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: format!("The model comes from {}, and {why}.", quoted(fetched)),
        recommendation:
            "Use a model from a source that the policy allows. Whoever answers for the \
                         policy can add this one to `sources.allow`."
                .to_owned(),
        subject: "source".to_owned(),
    });
}
