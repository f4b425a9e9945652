//! `invalid-safetensors`: a safetensors file that breaks the specification.

use super::{Part, defect_in_words};
use crate::base::Severity;
use crate::evidence::{Fact, SafetensorsFact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A safetensors file that breaks the specification.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "invalid-safetensors",
        title: "Safetensors file is invalid",
        summary: "A safetensors file breaks the specification, or has something on which its readers \
                  differ.",
        severity: Severity::High,
        tags: &["safetensors", "security"],
        cwe: Some(20),
        since: "0.1.0",
        help: include_str!("invalid_safetensors.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Safetensors(SafetensorsFact::Defect { defect, detail }) = seen.fact else {
            continue;
        };
        let (Part::File, subject, words) = defect_in_words(*defect) else { continue };
        violations.push(seen.violation(
            subject,
            format!(
                "The safetensors file {} is invalid{}: {words}{}.",
                seen.holder(),
                seen.at_byte(),
                particulars(detail),
            ),
            "Fetch the file again and compare its sha256 with the publisher's; if it is like \
             this there too, have it written again with a current safetensors library.",
        ));
    }
}
