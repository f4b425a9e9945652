//! `unlisted-revision`: code that loads other bytes than those that were judged.

use super::wording::{loaded_by, violation};
use super::{Agreement, ManifestStatus, ReferenceCase};
use crate::base::Severity;
use crate::evidence::WrittenRevision;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Check, Rule, Violation};

/// A revision in the code that is not that of the manifest.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unlisted-revision",
        title: "Code loads another revision than the manifest",
        summary: "The code loads a model of the manifest at another revision than the one that is judged.",
        severity: Severity::High,
        tags: &["discovery", "provenance"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("unlisted_revision.md"),
    },
    checks: &[Check::Reference(check)],
};

fn check(reference: &ReferenceCase) -> Option<Violation> {
    let ManifestStatus::Listed { name, revision: pin, pinned: Agreement::Another } =
        &reference.status
    else {
        return None;
    };
    let source = reference.source();
    let loaded = match &reference.found.revision {
        WrittenRevision::Known(revision) => quoted(revision),
        WrittenRevision::Absent | WrittenRevision::Unresolved => "another revision".to_owned(),
    };
    let judged = match pin {
        Some(pin) => format!("the manifest judges {}", quoted(pin)),
        None => "the manifest names no revision and judges the newest".to_owned(),
    };
    let description = format!(
        "{} is loaded at {loaded} {}, but {judged} as {}.",
        quoted(&source),
        loaded_by(reference),
        quoted(name),
    );
    let recommendation =
        "Let both name the same commit; or add an entry for the other revision.".to_owned();
    Some(violation(reference, description, recommendation, format!("{source} {loaded}")))
}
