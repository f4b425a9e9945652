//! `unresolved-reference`: a place that loads a model which nobody can name from the text.

use super::wording::{loaded_by, violation};
use super::{ManifestStatus, ReferenceCase};
use crate::base::Severity;
use crate::evidence::Reference;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Check, Rule, Violation};

/// A model that the code takes from somewhere else.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unresolved-reference",
        title: "Model is not known before the program runs",
        summary: "The code loads a model whose name comes from outside the file, or a path that is not in the project, so that it cannot be compared with the manifest.",
        severity: Severity::Info,
        tags: &["discovery", "provenance"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unresolved_reference.md"),
    },
    checks: &[Check::Reference(check)],
};

fn check(reference: &ReferenceCase) -> Option<Violation> {
    if !matches!(reference.status, ManifestStatus::NotHere | ManifestStatus::Unresolved) {
        return None;
    }
    let (description, subject) = match &reference.found.reference {
        Reference::Local { written, .. } => (
            format!(
                "{} is loaded {} and is not in this project.",
                quoted(written),
                loaded_by(reference)
            ),
            written.clone(),
        ),
        Reference::Unresolved { written } | Reference::Elsewhere { written } => (
            format!(
                "A model is loaded {} whose name is not known here: {}.",
                loaded_by(reference),
                quoted(written)
            ),
            written.clone(),
        ),
        Reference::Hub(_) | Reference::Address { .. } => {
            ("A model is loaded whose name is not known here.".to_owned(), String::new())
        }
    };
    let recommendation = "Check that every model it can be is in the manifest; a constant in \
                          the same file can be followed."
        .to_owned();
    Some(violation(reference, description, recommendation, subject))
}
