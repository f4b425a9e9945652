//! `template-content`: what a template says unseen.

use super::{Concern, judge};
use crate::base::Severity;
use crate::finding::RuleMeta;
use crate::rules::{Case, Check, Rule, Violation};

/// What a template puts into a conversation unseen.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "template-content",
        title: "Chat template hides what it says",
        summary: "A chat template has text that nobody sees, or that it adds only when certain words are mentioned.",
        severity: Severity::Medium,
        tags: &["template", "security"],
        cwe: Some(506),
        since: "0.1.0",
        help: include_str!("template_content.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    judge(
        case,
        Concern::Content,
        "Read the template, and compare it with that of the base model; replace it if the difference is not yours.",
        violations,
    );
}
