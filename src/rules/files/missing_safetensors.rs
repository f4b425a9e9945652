//! `missing-safetensors`: weights as pickle only.

use super::pickle_based::{holds_torch_weights, is_safetensors};
use crate::base::Severity;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::listed;
use crate::rules::{Case, Check, Rule, Violation};

/// A model whose weights exist as pickle only.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "missing-safetensors",
        title: "No safetensors version of the weights",
        summary: "A model has torch weights as pickle and no safetensors file at all.",
        severity: Severity::Info,
        tags: &["format"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("missing_safetensors.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    // A file that could not be fetched may well be one.
    if case.dossier.files.iter().any(|file| is_safetensors(file) || file.is_unfetched()) {
        return;
    }
    let weights: Vec<&str> = case
        .dossier
        .files
        .iter()
        .filter(|file| holds_torch_weights(file))
        .map(|file| file.path.as_str())
        .collect();
    if weights.is_empty() {
        return;
    }
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: format!(
            "The model's weights exist as pickle only ({}); it has no safetensors file.",
            listed(&weights, 3),
        ),
        recommendation: "Convert the weights with `safetensors.torch.save_file`, or use a \
                         revision or model that has them as safetensors."
            .to_owned(),
        subject: "missing safetensors".to_owned(),
    });
}
