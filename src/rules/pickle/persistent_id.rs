//! `persistent-id`: a reference whose meaning the loader decides.

use super::facts_that_load;
use crate::base::Severity;
use crate::evidence::{Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// A persistent id that is not understood.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "persistent-id",
        title: "Pickle refers to an unknown outside object",
        summary: "A pickle refers to an object outside of it by an id whose meaning only the loading \
                  program knows, or that does not have the shape its format prescribes.",
        severity: Severity::High,
        tags: &["pickle", "security"],
        cwe: None,
        since: "0.1.0",
        help: include_str!("persistent_id.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in facts_that_load(case) {
        let Fact::Pickle(PickleFact::PersistentId { id, reason }) = seen.fact else { continue };
        violations.push(seen.violation(
            id,
            format!(
                "{} refers to {} by a persistent id{}, which is not understood: {}.",
                seen.holder(),
                quoted(id),
                seen.at_byte(),
                phrase(reason),
            ),
            "Save the model in a format that is complete in itself: `torch.save` of a \
             `state_dict`, or safetensors.",
        ));
    }
}
