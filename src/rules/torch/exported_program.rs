//! `exported-program`: a checkpoint that is an exported program.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// A `.pt2` archive.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "exported-program",
        title: "File is an exported torch program",
        summary: "A file is a program exported by `torch.export` and not plain weights; such an archive \
                  may also hold compiled code.",
        severity: Severity::Medium,
        tags: &["torch", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("exported_program.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::ExportedProgram) = seen.fact else { continue };
        violations.push(seen.violation(
            "exported program",
            format!(
                "{} is a program exported by `torch.export`, not plain weights; its graph was \
                 not judged.",
                seen.holder(),
            ),
            "Use the weights as safetensors with the model's code. If you deploy exported \
             programs on purpose, allow them in the profile of that model: \
             `rules: { exported-program: off }`.",
        ));
    }
}
