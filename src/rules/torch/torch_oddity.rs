//! `torch-oddity`: harmless-looking things that torch does not write.

use super::defect_in_words;
use crate::base::Severity;
use crate::evidence::{Fact, TorchFact};
use crate::finding::RuleMeta;
use crate::rules::wording::{particulars, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// Something in a checkpoint that wants a look.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "torch-oddity",
        title: "Torch checkpoint has something unusual",
        summary: "A torch checkpoint has something that torch does not write for plain weights: an odd \
                  version or byte order, data that no tensor uses, or the source code of a module.",
        severity: Severity::Medium,
        tags: &["torch"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("torch_oddity.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let (subject, what) = match seen.fact {
            Fact::Torch(TorchFact::Defect { defect, detail }) => {
                let (subject, words, true) = defect_in_words(*defect) else { continue };
                (subject.to_owned(), format!("{words}{}", particulars(detail)))
            }
            Fact::Torch(TorchFact::ModuleSource { class }) => (
                format!("module-source {class}"),
                format!(
                    "it carries the source code of {}, which torch reads and compares with the \
                     installed one",
                    quoted(class)
                ),
            ),
            _ => continue,
        };
        violations.push(
            seen.violation(
                subject,
                format!(
                    "The torch checkpoint {} is unusual{}: {what}.",
                    seen.holder(),
                    seen.at_byte(),
                ),
                "Save only the weights, with a current torch: `torch.save(model.state_dict(), …)`. \
             If the file's writer is known, waive this with the file's `sha256`.",
            ),
        );
    }
}
