//! `unexpected-arguments`: an allowed function, called as no writer calls it.

use super::call_forms::{in_words, is_call_allowed};
use super::{ImportsByName, facts_that_load, forms_of_allowed};
use crate::base::Severity;
use crate::evidence::{Callee, Fact, PickleFact};
use crate::finding::RuleMeta;
use crate::policy::CallForm;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Violation};

/// An allowed name is called with arguments that its own writers never write.
pub(crate) static RULE: Rule = Rule {
    meta: RuleMeta {
        id: "unexpected-arguments",
        title: "Allowed function called with unexpected arguments",
        summary: "A pickle calls an allowed function with arguments that the library which owns it \
                  never writes, which can turn a harmless name into a dangerous call.",
        severity: Severity::Critical,
        tags: &["pickle", "security"],
        cwe: Some(502),
        since: "0.1.0",
        help: include_str!("unexpected_arguments.md"),
    },
    checks: &[Check::Model(check)],
};

fn check(case: &Case<'_>, violations: &mut Vec<Violation>) {
    let mut imports: Option<(&str, ImportsByName<'_>)> = None;
    for seen in facts_that_load(case) {
        let Fact::Pickle(PickleFact::Call(call)) = seen.fact else { continue };
        let Callee::Global(global) = &call.callee else { continue };
        let known = match &imports {
            Some((path, known)) if *path == seen.file.path => known,
            _ => &imports.insert((&seen.file.path, ImportsByName::of(seen.file))).1,
        };
        let Some(forms) = forms_of_allowed(&case.policy.pickle, known, seen.origin, global) else {
            continue;
        };
        let reason = match (&call.departure, forms) {
            (Some(departure), _) => phrase(departure).to_string(),
            (None, Some(forms)) if !is_call_allowed(forms, call) => disallowed(forms),
            (None, _) => continue,
        };
        let through = call.through.as_ref();
        let through = through.map(|it| format!(" (through {})", quoted(it)));
        violations.push(seen.violation(
            global,
            format!(
                "{} is called by {}{}{} with {}, which its own writers never do: {reason}.",
                quoted(global),
                seen.holder(),
                seen.at_byte(),
                through.unwrap_or_default(),
                quoted(&call.arguments),
            ),
            "Do not load this file: the name is allowed, this use of it is not. Save the model \
             again with a current version of the library, or use safetensors.",
        ));
    }
}

/// Why a call is none of the forms that the policy leaves.
fn disallowed(forms: &[CallForm]) -> String {
    let calls: Vec<CallForm> =
        forms.iter().filter(|form| !matches!(form, CallForm::Implicit(_))).cloned().collect();
    match calls.as_slice() {
        [] | [CallForm::Never] => "it is held as a value and never called".to_owned(),
        calls => format!("the policy allows {} (`call` of its entry)", in_words(calls)),
    }
}
