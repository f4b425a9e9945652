//! Rules on the models that a project's own text names.
//!
//! A reference belongs to no entry of the manifest, so `evaluate` asks [`judge`] for each of them;
//! the rules stand here for their metadata and their words.

mod unlisted_model;
mod unlisted_revision;
mod unpinned_reference;
mod unresolved_reference;

pub use unlisted_model::UnlistedModel;
pub use unlisted_revision::UnlistedRevision;
pub use unpinned_reference::UnpinnedReference;
pub use unresolved_reference::UnresolvedReference;

#[cfg(test)]
mod tests;

use super::{Rule as _, Violation};
use crate::discover::{CodeReference, PinnedAs, Reference, Standing, WrittenRevision};
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::quoted;

/// The model of a finding on something that is not known before the program runs.
pub const UNRESOLVED: &str = "<unresolved>";

/// A rule's judgement on a reference.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The rule.
    pub meta: &'static RuleMeta,
    /// The model: the entry's name, else as the manifest would write its source.
    pub model: String,
    /// What is wrong; its path is that of the file, its place that of the reference.
    pub violation: Violation,
}

/// Whether findings of a rule are about what the project's own text names, and not about an entry.
pub fn is_of_code(rule: &str) -> bool {
    let rules = [
        UnlistedModel.meta(),
        UnlistedRevision.meta(),
        UnpinnedReference.meta(),
        UnresolvedReference.meta(),
    ];
    rules.iter().any(|meta| meta.id == rule)
}

/// What is to be said of a reference; nothing if the manifest has it as it is loaded.
pub fn judge(reference: &CodeReference) -> Option<Judgement> {
    let (meta, model, violation) = match &reference.standing {
        Standing::Unlisted => {
            (UnlistedModel.meta(), source(reference), UnlistedModel::violation(reference))
        }
        Standing::NotHere | Standing::Unresolved => (
            UnresolvedReference.meta(),
            UNRESOLVED.to_owned(),
            UnresolvedReference::violation(reference),
        ),
        Standing::Listed { name, revision, pinned } => {
            let pin = revision.as_deref();
            match pinned {
                PinnedAs::Same => return None,
                PinnedAs::Another => (
                    UnlistedRevision.meta(),
                    name.clone(),
                    UnlistedRevision::violation(reference, name, pin),
                ),
                PinnedAs::Nothing | PinnedAs::Unknown => (
                    UnpinnedReference.meta(),
                    name.clone(),
                    UnpinnedReference::violation(reference, name, pin),
                ),
            }
        }
    };
    Some(Judgement { meta, model, violation })
}

/// As the manifest would write it: `hf://org/name`, `./models/ranker`.
pub fn source(reference: &CodeReference) -> String {
    match &reference.found.reference {
        Reference::Hub(id) | Reference::Address { repository: id, .. } => format!("hf://{id}"),
        Reference::Local { inside: Some(path), .. } => format!("./{path}"),
        Reference::Local { written, inside: None }
        | Reference::Elsewhere { written }
        | Reference::Unresolved { written } => written.clone(),
    }
}

/// A violation at the reference.
fn violation(
    reference: &CodeReference,
    description: String,
    recommendation: String,
    subject: String,
) -> Violation {
    let path = reference.place.document.path.clone();
    Violation {
        location: Location { path: Some(path), ..Location::default() },
        manifest: Some(reference.place.clone()),
        description,
        recommendation,
        subject,
    }
}

/// What takes the model, in words: `` by `AutoModel.from_pretrained` in line 12 ``.
fn loaded_by(reference: &CodeReference) -> String {
    let found = &reference.found;
    let by = if found.how.contains('`') {
        format!("by {}", crate::rules::wording::phrase(&found.how))
    } else {
        format!("by {}", quoted(&found.how))
    };
    let cell = found.cell.map(|cell| format!(" in cell {cell}")).unwrap_or_default();
    if found.used_on == found.span.line {
        format!("{by}{cell}")
    } else {
        format!("{by} on line {}{cell}", found.used_on)
    }
}

/// `at v1.0`, or nothing.
fn at_revision(reference: &CodeReference) -> String {
    match &reference.found.revision {
        WrittenRevision::Absent => String::new(),
        WrittenRevision::Known(text) => format!(" at {}", quoted(text)),
        WrittenRevision::Unresolved => " at a revision that is not known before it runs".to_owned(),
    }
}
