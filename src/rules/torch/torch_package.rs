//! `torch-package`: a checkpoint with bundled Python.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A `torch.package` archive.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torch-package",
        title: "Torch package with Python code",
        summary: "A file is a `torch.package`: an archive with Python modules that run when the model \
                  is imported from it.",
        severity: Severity::High,
        tags: &["torch", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("torch_package.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::Package) = seen.fact else { continue };
        violations.push(seen.violation(
            "torch package",
            format!(
                "{} is a `torch.package`: the Python modules in it run when the model is \
                 loaded.",
                seen.holder(),
            ),
            "Save the weights alone (safetensors), and ship the code as an ordinary package \
             that is reviewed like other code.",
        ));
    }
}
