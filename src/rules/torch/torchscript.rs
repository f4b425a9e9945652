//! `torchscript`: a checkpoint that is a program.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A TorchScript program.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torchscript",
        title: "File is a TorchScript program",
        summary: "A file is a TorchScript program and not plain weights: loading and calling it runs \
                  its code in torch's interpreter.",
        severity: Severity::Medium,
        tags: &["torch", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("torchscript.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::TorchScript) = seen.fact else { continue };
        violations.push(seen.violation(
            "torchscript",
            format!(
                "{} is a TorchScript program, not plain weights: `torch.jit.load` and, before \
                 torch 2.6, even `torch.load(weights_only=True)` run it.",
                seen.holder(),
            ),
            "Use the weights as safetensors with the model's code. If you deploy TorchScript on \
             purpose, allow it in the profile of that model: `rules: { torchscript: off }`.",
        ));
    }
}
