//! `safetensors-index`: an index that points where it must not.

use super::{Part, defect_in_words};
use crate::base::Severity;
use crate::evidence::{Fact, SafetensorsFact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A safetensors index that names wrong shards.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "safetensors-index",
        title: "Safetensors index names a wrong shard",
        summary: "A safetensors index is broken, or names a shard that leaves the model's folder, is no \
                  safetensors file, is missing, or does not hold the tensor.",
        severity: Severity::High,
        tags: &["safetensors", "security"],
        cwe: Some(22),
        since: "0.1.0",
        help: include_str!("safetensors_index.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Safetensors(SafetensorsFact::Defect { defect, detail }) = seen.fact else {
            continue;
        };
        let (Part::Index, subject, words) = defect_in_words(*defect) else { continue };
        violations.push(seen.violation(
            format!("{subject} {detail}"),
            format!("The index {} is wrong: {words}{}.", seen.holder(), particulars(detail),),
            "Fetch the model again completely, with all shards that belong to this revision; \
             add them to the entry's `files:` if it selects only some. An index that points \
             outside of the model is hostile.",
        ));
    }
}
