//! `torch-package`: a checkpoint with bundled Python.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Rule, Violation};

/// A `torch.package` archive.
pub(crate) struct TorchPackage;

static META: RuleMeta = RuleMeta {
    id: "torch-package",
    title: "Torch package with Python code",
    summary: "A file is a `torch.package`: an archive with Python modules that run when the model \
              is imported from it.",
    severity: Severity::High,
    tags: &["torch", "security"],
    cwe: Some(829),
    since: "0.1.0",
    help: include_str!("torch_package.md"),
};

impl Rule for TorchPackage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, case: &Case<'_>, violations: &mut Vec<Violation>) {
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
}
