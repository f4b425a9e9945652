//! `unpinned-revision`: a Hub model without a commit.

use crate::base::{Revision, Severity};
use crate::finding::NamedBy;
use crate::finding::{Location, RuleMeta};
use crate::manifest::Source;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, LockState, Rule, Violation};

/// A Hub source whose bytes may change under the same manifest.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unpinned-revision",
        title: "Model is not pinned to a commit",
        summary: "A model from the Hub has no revision, or one that is no full commit id, so that its \
                  bytes can change without a change to the manifest.",
        severity: Severity::Medium,
        tags: &["provenance", "security"],
        cwe: Some(494),
        since: "0.1.0",
        help: include_str!("unpinned_revision.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(entry) = case.entry else { return };
    let Source::Hub(_) = entry.origin else { return };
    // The lock's commit was judged, whatever the branch does.
    if let LockState::Locked { model, .. } = case.lock
        && model.commit.is_some()
    {
        return;
    }
    let (problem, manifest) = match entry.revision.as_deref() {
        Some(revision) if is_commit(revision) => return,
        revision if case.named_by.is_some() => {
            let at = revision.map(|revision| format!(" at {}", quoted(revision)));
            (
                format!(
                    "{}{} is named by {}, without the commit that is meant: loaders take \
                     whatever its publisher has uploaded last.",
                    quoted(&entry.source),
                    at.unwrap_or_default(),
                    case.named_by.map(named_by).unwrap_or_default(),
                ),
                None,
            )
        }
        Some(revision) => (
            format!(
                "{} is fetched at {}, which is a branch, a tag or a shortened commit and can \
                 point to other bytes tomorrow.",
                quoted(&entry.source),
                quoted(revision),
            ),
            entry.revision_place.clone(),
        ),
        None => (
            format!(
                "{} has no revision: every fetch takes whatever its publisher has uploaded \
                 last.",
                quoted(&entry.source),
            ),
            None,
        ),
    };
    violations.push(Violation {
        location: Location::default(),
        manifest,
        description: problem,
        recommendation: match (case.named_by, &case.dossier.repository) {
            (Some(_), _) => "Make it an entry of the manifest with a `revision:`, and have the \
                             project load it at that commit."
                .to_owned(),
            (None, Some(repository)) => format!(
                "Pin it to the commit that was judged now: `revision: {}`.",
                repository.commit
            ),
            (None, None) => {
                "Pin it: `revision:` with the 40 hexadecimal digits of the commit, as the \
                 model's page on the Hub shows under \"Files and versions\"."
                    .to_owned()
            }
        },
        subject: "unpinned".to_owned(),
    });
}

/// The file and model that named it, in words.
fn named_by(named_by: &NamedBy) -> String {
    match &named_by.file {
        Some(file) => format!("{} of {}", quoted(file), quoted(&named_by.model)),
        None => format!("the Hub's metadata of {}", quoted(&named_by.model)),
    }
}

/// Whether it is the full id of a commit, which alone always means the same bytes.
fn is_commit(revision: &str) -> bool {
    revision.parse::<Revision>().is_ok_and(|revision| revision.is_commit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_commit_pins() {
        assert!(is_commit("714eb0fa89d2f80546fda750413ed43d93601a13"));
        assert!(!is_commit("714eb0f"));
        assert!(!is_commit("main"));
        assert!(!is_commit("g14eb0fa89d2f80546fda750413ed43d93601a13"));
    }
}
