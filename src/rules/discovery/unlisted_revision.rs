//! `unlisted-revision`: code that loads other bytes than those that were judged.

use super::{loaded_by, source, violation};
use crate::base::Severity;
use crate::discover::CodeReference;
use crate::discover::WrittenRevision;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A revision in the code that is not that of the manifest.
#[derive(Clone, Copy, Debug)]
pub struct UnlistedRevision;

static META: RuleMeta = RuleMeta {
    id: "unlisted-revision",
    title: "Code loads another revision than the manifest",
    summary: "The code loads a model of the manifest at another revision than the one that is judged.",
    severity: Severity::High,
    tags: &["discovery", "provenance"],
    cwe: Some(829),
    since: "0.1.0",
    help: include_str!("unlisted_revision.md"),
};

impl UnlistedRevision {
    /// The violation that a reference to the entry `name` is, which is pinned to `pin`.
    pub(super) fn violation(reference: &CodeReference, name: &str, pin: Option<&str>) -> Violation {
        let source = source(reference);
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
        violation(reference, description, recommendation, format!("{source} {loaded}"))
    }
}

impl Rule for UnlistedRevision {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    /// Silent: see the module.
    fn check(&self, _case: &Case<'_>, _violations: &mut Vec<Violation>) {}
}
