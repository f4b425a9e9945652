//! `license-not-allowed`: a licence that the policy does not accept.

use super::card_of;
use crate::base::Severity;
use crate::evidence::{Licence, Origin};
use crate::finding::{Location, RuleMeta};
use crate::policy::LicensePolicy;
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A model under a licence that the policy does not accept.
pub(crate) struct LicenseNotAllowed;

static META: RuleMeta = RuleMeta {
    id: "license-not-allowed",
    title: "Licence is not allowed",
    summary: "A model's licence is on the policy's `license.deny`, or not on its `license.allow`.",
    severity: Severity::High,
    tags: &["licence"],
    cwe: None,
    since: "0.1.0",
    help: include_str!("license_not_allowed.md"),
};

impl Rule for LicenseNotAllowed {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
        if !case.dossier.is_repository {
            return;
        }
        let card = card_of(case);
        let licence = card.and_then(|card| card.licence.as_ref());
        let Some(problem) = problem(licence, &case.policy.license) else { return };
        violations.push(Violation {
            location: Location {
                path: card.map(|card| card.path.clone()),
                origin: Origin::default(),
            },
            manifest: None,
            description: problem,
            recommendation: "Use a model under a licence that the policy allows, or have the \
                             licence accepted and add it to `license.allow`."
                .to_owned(),
            subject: licence.map_or_else(|| "no licence".to_owned(), |licence| licence.id.clone()),
        });
    }
}

/// Why the licence is not acceptable. A model without a known licence is not on an allow-list.
fn problem(licence: Option<&Licence>, policy: &LicensePolicy) -> Option<String> {
    let Some(licence) = licence else {
        return policy
            .allow
            .is_some()
            .then(|| "The model names no licence, and the policy allows only some.".to_owned());
    };
    // `license: other` says nothing by itself; its name may be listed as well.
    let names = |listed: &String| {
        listed.eq_ignore_ascii_case(&licence.id)
            || licence.name.as_ref().is_some_and(|name| listed.eq_ignore_ascii_case(name))
    };
    let shown = match &licence.name {
        Some(name) => format!("{} ({})", quoted(&licence.id), quoted(name)),
        None => quoted(&licence.id),
    };
    if policy.deny.iter().any(names) {
        return Some(format!("The model's licence is {shown}, which the policy refuses."));
    }
    let is_allowed = policy.allow.as_ref().is_none_or(|allow| allow.iter().any(names));
    (!is_allowed)
        .then(|| format!("The model's licence is {shown}, which the policy does not allow."))
}
