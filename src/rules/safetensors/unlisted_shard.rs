//! `unlisted-shard`: a shard that the index does not name.

use super::{Part, defect_in_words};
use crate::base::Severity;
use crate::evidence::{Fact, SafetensorsFact};
use crate::finding::RuleMeta;
use crate::rules::wording::particulars;
use crate::rules::{Case, Check, Rule, Violation};

/// A shard that nobody asked for.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unlisted-shard",
        title: "Shard is not in the index",
        summary: "A model has a safetensors shard that its index does not name.",
        severity: Severity::Medium,
        tags: &["safetensors"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("unlisted_shard.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Safetensors(SafetensorsFact::Defect { defect, detail }) = seen.fact else {
            continue;
        };
        let (Part::UnlistedShard, subject, words) = defect_in_words(*defect) else { continue };
        violations.push(seen.violation(
            format!("{subject} {detail}"),
            format!("The index {} is incomplete: {words}{}.", seen.holder(), particulars(detail),),
            "Remove the shard if it is left over from another revision, or have the index \
             written again.",
        ));
    }
}
