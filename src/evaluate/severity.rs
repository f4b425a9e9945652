//! Which severity a rule has in force.

use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::policy::{Policy, RuleSetting};
use crate::rules::RULES;

/// The rule's severity by a policy; `None` where it is off.
pub(super) fn in_force(policy: &Policy, meta: &RuleMeta) -> Option<Severity> {
    match policy.rules.get(meta.id) {
        Some(RuleSetting::Off) => None,
        Some(RuleSetting::Severity(severity)) => Some(*severity),
        None => Some(meta.severity),
    }
}

/// Every rule in registry order with its highest severity over all policies of the run; `None`
/// where it is off in all of them.
pub(super) fn rules_in_force(policies: &[&Policy]) -> Vec<(&'static RuleMeta, Option<Severity>)> {
    RULES
        .iter()
        .map(|rule| {
            let meta = &rule.meta;
            (meta, policies.iter().filter_map(|policy| in_force(policy, meta)).max())
        })
        .collect()
}
