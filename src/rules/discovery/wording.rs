//! A model that the project's own text names, in sentences.

use super::manifest_status::ReferenceCase;
use crate::evidence::WrittenRevision;
use crate::finding::Location;
use crate::rules::Violation;
use crate::rules::wording::{phrase, quoted};

/// A violation at the reference.
pub(super) fn violation(
    reference: &ReferenceCase,
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
pub(super) fn loaded_by(reference: &ReferenceCase) -> String {
    let found = &reference.found;
    let by = if found.how.contains('`') {
        format!("by {}", phrase(&found.how))
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
pub(super) fn at_revision(reference: &ReferenceCase) -> String {
    match &reference.found.revision {
        WrittenRevision::Absent => String::new(),
        WrittenRevision::Known(text) => format!(" at {}", quoted(text)),
        WrittenRevision::Unresolved => " at a revision that is not known before it runs".to_owned(),
    }
}
