//! `unpinned-revision`: a Hub model without a commit.

use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A Hub source whose bytes may change under the same manifest.
pub(crate) struct UnpinnedRevision;

static META: RuleMeta = RuleMeta {
    id: "unpinned-revision",
    title: "Model is not pinned to a commit",
    summary: "A model from the Hub has no revision, or one that is no full commit id, so that its \
              bytes can change without a change to the manifest.",
    severity: Severity::Medium,
    tags: &["provenance", "security"],
    cwe: Some(494),
    since: "0.1.0",
    help: include_str!("unpinned_revision.md"),
};

impl Rule for UnpinnedRevision {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
        let Some(entry) = case.entry else { return };
        let Some(in_source) = hub_revision(&entry.source) else { return };
        let revision = entry.revision.as_deref().or(in_source);
        let (problem, manifest) = match revision {
            Some(revision) if is_commit(revision) => return,
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
            recommendation: "Pin it: `revision:` with the 40 hexadecimal digits of the commit, as \
                             the model's page on the Hub shows under \"Files and versions\"."
                .to_owned(),
            subject: "unpinned".to_owned(),
        });
    }
}

/// Whether the source is on the Hub, and the revision that it names itself behind an `@`.
#[allow(clippy::option_option, reason = "no Hub source, and a Hub source without revision, differ")]
fn hub_revision(source: &str) -> Option<Option<&str>> {
    const PREFIXES: [&str; 4] = ["hf://", "hf:", "https://huggingface.co/", "https://hf.co/"];
    let rest = PREFIXES.iter().find_map(|prefix| source.strip_prefix(prefix))?;
    Some(rest.split_once('@').map(|(_, revision)| {
        // `hf://owner/model@revision/path` names a file of the model.
        revision.split_once('/').map_or(revision, |(revision, _)| revision)
    }))
}

/// Whether it is the full id of a commit.
fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_source_is_told_from_a_path() {
        assert_eq!(hub_revision("./models/ranker"), None);
        assert_eq!(hub_revision("hf://acme/ranker"), Some(None));
        assert_eq!(hub_revision("hf://acme/ranker@main"), Some(Some("main")));
        assert_eq!(hub_revision("hf://acme/ranker@main/model.bin"), Some(Some("main")));
    }

    #[test]
    fn only_a_full_commit_pins() {
        assert!(is_commit("714eb0fa89d2f80546fda750413ed43d93601a13"));
        assert!(!is_commit("714eb0f"));
        assert!(!is_commit("main"));
        assert!(!is_commit("g14eb0fa89d2f80546fda750413ed43d93601a13"));
    }
}
