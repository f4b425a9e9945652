//! `torch-layout`: a checkpoint that lies about its own structure.

use super::defect_in_words;
use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A checkpoint whose layout can harm a loader.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torch-layout",
        title: "Torch checkpoint contradicts itself",
        summary: "A torch checkpoint has a layout that torch never writes and that can mislead or \
                  corrupt a loader: several roots, storages of another size, tensors out of bounds.",
        severity: Severity::High,
        tags: &["torch", "security"],
        cwe: Some(1284),
        since: "0.1.0",
        help: include_str!("torch_layout.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Torch(TorchFact::Defect { defect, detail }) = seen.fact else { continue };
        let (subject, words, false) = defect_in_words(*defect) else { continue };
        violations.push(seen.violation(
            subject,
            format!(
                "The torch checkpoint {} is not laid out as torch writes it{}: {words}{}.",
                seen.holder(),
                seen.at_byte(),
                particulars(detail),
            ),
            "Do not load it: sizes and offsets that lie have corrupted memory in torch before \
             2.10 even with `weights_only=True` (CVE-2026-24747). Save the weights again, or \
             use safetensors.",
        ));
    }
}
