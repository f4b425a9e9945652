//! `typosquat-publisher`: a name that is easily taken for a trusted one.

use super::look_alike::resemblance;
use super::publisher::{is_trusted, publisher_of};
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A publisher that looks like a trusted one and is another.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "typosquat-publisher",
        title: "Publisher's name imitates a trusted one",
        summary: "A model is published by an account whose name is easily taken for that of a trusted \
                  publisher: a typing error away, with letters that look alike, other separators, or \
                  an addition such as `-official`.",
        severity: Severity::High,
        tags: &["trust", "security"],
        cwe: Some(1007),
        since: "0.1.0",
        help: include_str!("typosquat_publisher.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(repository) = &case.dossier.repository else { return };
    let Some(publisher) = publisher_of(&repository.id) else { return };
    let trusted = &case.policy.trust.trusted_publishers;
    if is_trusted(publisher, trusted) {
        return;
    }
    let like = trusted.iter().find_map(|name| {
        resemblance(publisher, name).map(|resemblance| (name, resemblance.describe()))
    });
    let Some((name, how)) = like else { return };
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: format!(
            "The publisher {} is not the trusted {}, but its name {how}.",
            quoted(publisher),
            quoted(name),
        ),
        recommendation: format!(
            "If you meant {}, correct the source. If you meant {}, find out who they are, and \
             add the name to `trust.extra_trusted_publishers`.",
            quoted(name),
            quoted(publisher),
        ),
        subject: name.clone(),
    });
}
