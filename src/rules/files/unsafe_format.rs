//! `unsafe-format`: a model file that is loaded by unpickling.

use super::pickle_based::{SafetensorsTwins, holds_torch_weights, is_pickle_based};
use crate::base::Severity;
use crate::evidence::Origin;
use crate::finding::{Location, RuleMeta};
use crate::rules::wording::{formats, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A file in a format that can carry code.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unsafe-format",
        title: "File format can carry code",
        summary: "A file of the model is loaded by unpickling, a format that can carry code; the \
                  finding says whether a safetensors version of the same weights stands beside it.",
        severity: Severity::Info,
        tags: &["format", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("unsafe_format.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let twins = SafetensorsTwins::of(case.dossier);
    for file in case.dossier.files.iter().filter(|file| is_pickle_based(file)) {
        let (twin, recommendation) = match twins.twin_of(file) {
            Some(twin) => (
                format!(" {} holds the same weights without it.", quoted(&twin.path)),
                format!(
                    "Load {} instead, and leave this file out with the entry's `files:`.",
                    quoted(&twin.path)
                ),
            ),
            None if holds_torch_weights(file) => (
                " There is no safetensors version of it in the model.".to_owned(),
                "Convert it with `safetensors.torch.save_file`, or ask the publisher for a \
                 safetensors version. Until then load it with `weights_only=True`."
                    .to_owned(),
            ),
            None => (
                String::new(),
                "Store what the file holds in a format without code where there is one \
                 (safetensors, ONNX, JSON, skops for scikit-learn)."
                    .to_owned(),
            ),
        };
        violations.push(Violation {
            location: Location { path: Some(file.path.clone()), origin: Origin::default() },
            manifest: None,
            description: format!(
                "{} ({}) is loaded by unpickling, which can run code.{twin}",
                quoted(&file.path),
                formats(&file.formats),
            ),
            recommendation,
            subject: "pickle-based".to_owned(),
        });
    }
}
