//! `indirect-call`: a call of something that is no import.

use crate::base::Severity;
use crate::evidence::{Callee, Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Violation};

/// A pickle calls a value that it computed.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "indirect-call",
        title: "Pickle calls a computed function",
        summary: "A pickle calls something that it did not import by name: the result of another call, \
                  an object of the loading program, or a plain value.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("indirect_call.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::Call(call)) = seen.fact else { continue };
        let Callee::Computed(callee) = &call.callee else { continue };
        violations.push(seen.violation(
            callee,
            format!(
                "{} calls something that it computed{}: {}, with {} ({}). Which function runs \
                 cannot be known from the file.",
                seen.holder(),
                seen.at_byte(),
                quoted(callee),
                quoted(&call.arguments),
                call.opcode.name(),
            ),
            "Do not load this file. Model writers call only functions that they import by \
             name; use a safetensors version of the model.",
        ));
    }
}
