//! `template-cost`: a template that costs out of proportion.

use super::{Concern, judge};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// What rendering a template costs.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "template-cost",
        title: "Chat template costs out of proportion",
        summary: "Rendering a chat template runs loops or builds texts of millions of steps.",
        severity: Severity::Medium,
        tags: &["template", "security"],
        cwe: Some(400),
        since: "0.1.0",
        help: include_str!("template_cost.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    judge(
        case,
        Concern::Cost,
        "Replace the template by that of the base model: rendering this one can stall the server.",
        violations,
    );
}
