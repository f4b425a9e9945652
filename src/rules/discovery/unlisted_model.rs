//! `unlisted-model`: a model that the project loads and nobody has judged.

use super::{at_revision, loaded_by, source, violation};
use crate::base::Severity;
use crate::discover::CodeReference;
use crate::discover::Reference;
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Rule, Violation};

/// A model that the code names and the manifest does not.
#[derive(Clone, Copy, Debug)]
pub struct UnlistedModel;

static META: RuleMeta = RuleMeta {
    id: "unlisted-model",
    title: "Model in code is not in the manifest",
    summary: "The project's code, configuration or commands load a model that the manifest does not name, so that nothing of it was judged.",
    severity: Severity::High,
    tags: &["discovery", "provenance"],
    cwe: Some(829),
    since: "0.1.0",
    help: include_str!("unlisted_model.md"),
};

impl UnlistedModel {
    /// The violation that a reference is.
    pub(super) fn violation(reference: &CodeReference) -> Violation {
        let source = source(reference);
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
        violation(reference, description, recommendation.to_owned(), source)
    }
}

impl Rule for UnlistedModel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    /// Silent: see the module.
    fn check(&self, _case: &Case<'_>, _violations: &mut Vec<Violation>) {}
}
