//! `unlisted-model`: a model that the project loads and nobody has judged.

use super::wording::{at_revision, loaded_by, violation};
use super::{ManifestStatus, ReferenceCase};
use crate::base::Severity;
use crate::evidence::Reference;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Check, Rule, Violation};

/// A model that the code names and the manifest does not.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unlisted-model",
        title: "Model in code is not in the manifest",
        summary: "The project's code, configuration or commands load a model that the manifest does not name, so that nothing of it was judged.",
        severity: Severity::High,
        tags: &["discovery", "provenance"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("unlisted_model.md"),
    },
    checks: &[Check::Reference(check)],
};

fn check(reference: &ReferenceCase) -> Option<Violation> {
    if reference.status != ManifestStatus::Unlisted {
        return None;
    }
    let source = reference.source();
    let description = format!(
        "{}{} is loaded {} and is not in the manifest: it was not judged.",
        quoted(&source),
        at_revision(reference),
        loaded_by(reference),
    );
    let recommendation = match reference.found.reference {
        Reference::Elsewhere { .. } => {
            "Keep a copy in the project or on the Hub, load that, and name it in the manifest: \
             what lies elsewhere cannot be judged."
        }
        _ => "Add it to the manifest, or let `weighstation discover --write` do so.",
    };
    Some(violation(reference, description, recommendation.to_owned(), source))
}
