//! `unsafe-template`: a template that reaches out of a conversation.

use super::{Concern, judge};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// What a template reaches.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unsafe-template",
        title: "Chat template reaches into Python",
        summary: "A chat template asks for attributes, objects, functions or files that rendering a conversation never needs.",
        severity: Severity::Critical,
        tags: &["template", "security"],
        cwe: Some(1336),
        since: "0.1.0",
        help: include_str!("unsafe_template.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    judge(
        case,
        Concern::Reach,
        "Do not render this template: replace it by that of the base model, or ask the publisher.",
        violations,
    );
}
