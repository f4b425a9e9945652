//! `torchscript-operator`: TorchScript code that reaches files or custom code.

use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// An operator in TorchScript code that does more than compute.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torchscript-operator",
        title: "TorchScript uses a dangerous operator",
        summary: "TorchScript code names an operator that reads or writes files, or that belongs to a \
                  custom library.",
        severity: Severity::High,
        tags: &["torch", "security"],
        cwe: Some(829),
        since: "0.1.0",
        help: include_str!("torchscript_operator.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::TorchScriptOperator { operator }) = seen.fact else {
            continue;
        };
        violations.push(seen.violation(
            operator,
            format!(
                "TorchScript code in {} uses the operator {}{}, which reaches files or code \
                 outside of torch.",
                seen.holder(),
                quoted(operator),
                seen.at_byte(),
            ),
            "Do not run the program. Export it again without the operator, or use the weights \
             as safetensors.",
        ));
    }
}
