//! `metadata-payload`: code or a file in metadata.

use crate::base::Severity;
use crate::evidence::{Fact, SafetensorsFact};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A metadata value that is a payload.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "metadata-payload",
        title: "Metadata carries a payload",
        summary: "A metadata value of a safetensors file is itself a loadable file or names code to \
                  instantiate.",
        severity: Severity::Medium,
        tags: &["safetensors", "security"],
        cwe: Some(506),
        since: "0.1.0",
        help: include_str!("metadata_payload.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Safetensors(SafetensorsFact::MetadataPayload { key, holds }) = seen.fact else {
            continue;
        };
        violations.push(seen.violation(
            key,
            format!(
                "The metadata value {} of {} holds {}{}: a program that acts on it can be made \
                 to run code.",
                quoted(key),
                seen.holder(),
                phrase(holds),
                seen.at_byte(),
            ),
            "Remove the value (`save_file(tensors, path, metadata={…})` writes what you give \
             it), or find out which program reads it and how.",
        ));
    }
}
