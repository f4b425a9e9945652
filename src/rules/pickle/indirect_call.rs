//! `indirect-call`: a call of something that is no import.

use super::call_forms::is_implicit_call_allowed;
use super::{ImportsByName, facts_that_load, forms_of_allowed};
use crate::base::Severity;
use crate::evidence::{Callee, Fact, ImplicitMethod, PickleFact};
use crate::finding::RuleMeta;
use crate::rules::wording::quoted;
use crate::rules::{Case, Check, Rule, Seen, Violation};

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
    let mut imports: Option<(&str, ImportsByName<'_>)> = None;
    for seen in facts_that_load(case) {
        let call = match seen.fact {
            Fact::Pickle(PickleFact::Call(call)) => call,
            Fact::Pickle(PickleFact::ImplicitCall { class, method }) => {
                let known = match &imports {
                    Some((path, known)) if *path == seen.file.path => known,
                    _ => &imports.insert((&seen.file.path, ImportsByName::of(seen.file))).1,
                };
                let forms = forms_of_allowed(&case.policy.pickle, known, seen.origin, class);
                if let Some(Some(forms)) = forms
                    && !is_implicit_call_allowed(forms, *method)
                {
                    violations.push(implicit(&seen, class, *method));
                }
                continue;
            }
            _ => continue,
        };
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

/// A method that an opcode calls on an instance of a class whose writers never need it.
fn implicit(seen: &Seen<'_>, class: &str, method: ImplicitMethod) -> Violation {
    let act = match method {
        ImplicitMethod::Hash => "uses one as a key of a dict or member of a set",
        ImplicitMethod::SetItem | ImplicitMethod::Append | ImplicitMethod::Add => {
            "adds items to one"
        }
    };
    seen.violation(
        format!("{} of {class}", method.name()),
        format!(
            "{} makes the unpickler call `{}` of a {}{}: it {act}, which its own writers never do. \
             What runs is the class's own code, or what the file put in its place.",
            seen.holder(),
            method.name(),
            quoted(class),
            seen.at_byte(),
        ),
        "Do not load this file. If the class is your own and derives from a container, its entry in \
         the policy says so: `call: [new, setitem]`.",
    )
}
