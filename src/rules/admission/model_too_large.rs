//! `model-too-large`: more bytes than may come in.

use crate::base::{Severity, grouped};
use crate::finding::{Location, RuleMeta};
use crate::rules::{Case, Check, Rule, Violation};

/// A model of more bytes than the policy allows.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "model-too-large",
        title: "Model is too large",
        summary: "The judged files of a model have together more bytes than the policy's \
                  `limits.model_size`.",
        severity: Severity::Medium,
        tags: &["admission"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("model_too_large.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let Some(limit) = case.policy.limits.model_size else { return };
    let files = &case.dossier.files;
    let size = files.iter().fold(0_u64, |size, file| size.saturating_add(file.size));
    if size <= limit.bytes() {
        return;
    }
    violations.push(Violation {
        location: Location::default(),
        manifest: None,
        description: format!(
            "The model has {} bytes, and the policy allows {limit} ({} bytes).",
            grouped(size),
            grouped(limit.bytes()),
        ),
        recommendation: "Leave out what the project does not load with `files:` of the manifest, \
                         use a smaller model, or give it a profile with another \
                         `limits.model_size`."
            .to_owned(),
        subject: "model size".to_owned(),
    });
}
