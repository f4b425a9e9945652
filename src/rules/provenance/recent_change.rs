//! `recent-change`: a commit that is younger than the policy accepts.

use super::commit_date::{age_in_days, day};
use super::{is_hub_unasked, of_model};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::wording::{counted, phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A model that changed so lately that nobody can have noticed what is wrong with it.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "recent-change",
        title: "Model changed only recently",
        summary: "The commit of a model is younger than the policy's `provenance.minimum_age_days`, or \
                  its date is not known.",
        severity: Severity::Medium,
        tags: &["provenance"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("recent_change.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let minimum = case.policy.provenance.minimum_age_days;
    if minimum == 0 {
        return;
    }
    let asked = counted(minimum, "day", "days");
    let problem = match &case.dossier.repository {
        None if is_hub_unasked(case) => Some(format!(
            "The age of the commit is not known without asking the Hub, and the policy asks \
             for {asked}."
        )),
        None => None,
        Some(repository) => {
            let commit = repository.commits.iter().find(|it| it.id == repository.commit);
            let date = commit.map(|commit| commit.date.as_str());
            let age = date.and_then(|date| age_in_days(date, case.now));
            let id = quoted(repository.commit.as_str());
            match (date, age) {
                (Some(date), Some(age)) if age < 0 => Some(format!(
                    "The commit {id} is dated {}, which is yet to come, and the policy asks \
                     for an age of {asked}.",
                    phrase(&day(date)),
                )),
                (Some(date), Some(age)) => {
                    let age = u64::try_from(age).unwrap_or_default();
                    (age < minimum).then(|| {
                        format!(
                            "The commit {id} of {} is {} old, and the policy asks for {asked}.",
                            phrase(&day(date)),
                            counted(age, "day", "days"),
                        )
                    })
                }
                _ => Some(format!(
                    "The date of the commit {id} is not known, and the policy asks for an age \
                     of {asked}."
                )),
            }
        }
    };
    violations.extend(problem.map(|problem| {
        of_model(
            "recent change",
            problem,
            "Use an older commit, wait, or review the change and waive this finding with that \
             commit pinned."
                .to_owned(),
        )
    }));
}
