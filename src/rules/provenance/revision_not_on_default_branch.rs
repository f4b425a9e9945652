//! `revision-not-on-default-branch`: a commit that is no part of the main history.

use crate::base::Severity;
use crate::evidence::BranchMembership;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A commit of a pull request or of another branch.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "revision-not-on-default-branch",
        title: "Commit is not on the default branch",
        summary: "The commit of a model is no part of the history of its repository's default branch: \
                  anybody can make such commits with a pull request.",
        severity: Severity::Medium,
        tags: &["provenance", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("revision_not_on_default_branch.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(repository) = &case.dossier.repository else { return };
    let BranchMembership::Elsewhere { head } = &repository.branch else { return };
    violations.push(Violation {
        location: Location::default(),
        manifest: case.entry.and_then(|entry| entry.revision_place.clone()),
        description: format!(
            "The commit {} is no part of the default branch of {}, which stands at {}.",
            quoted(repository.commit.as_str()),
            quoted(&repository.id),
            quoted(head.as_str()),
        ),
        recommendation: format!(
            "Use a commit of the default branch, such as its latest: `revision: {head}`. Keep \
             the other one only if you know who made it."
        ),
        subject: "not on the default branch".to_owned(),
    });
}
