//! `torch-tar`: a checkpoint of torch 0.1.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A tar checkpoint.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torch-tar",
        title: "Torch checkpoint in the old tar layout",
        summary: "A checkpoint is a tar as torch 0.1 wrote it, which `torch.load` extracts to disk.",
        severity: Severity::Medium,
        tags: &["torch", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("torch_tar.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::LegacyTar) = seen.fact else { continue };
        violations.push(seen.violation(
            "torch tar",
            format!(
                "{} is a tar checkpoint as torch 0.1 wrote it: `torch.load` extracts it to \
                 disk and unpickles what is inside.",
                seen.holder(),
            ),
            "Convert it to safetensors once, on a machine that you can throw away, and use the \
             result.",
        ));
    }
}
