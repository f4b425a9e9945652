//! `unexpected-arguments`: an allowed function, called as no writer calls it.

use super::is_import_of;
use crate::base::Severity;
use crate::evidence::{Callee, Fact, Import, PickleFact};
use crate::finding::{RuleMeta, Verdict};
use crate::rules::globals::judge;
use crate::rules::wording::{phrase, quoted};
use crate::rules::{Case, Check, Rule, Seen, Violation};

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
    for seen in case.facts() {
        let Fact::Pickle(PickleFact::Call(call)) = seen.fact else { continue };
        let (Callee::Global(global), Some(departure)) = (&call.callee, &call.departure) else {
            continue;
        };
        if is_reported_as_import(case, &seen, global) {
            continue;
        }
        violations.push(seen.violation(
            global,
            format!(
                "{} is called by {}{} with {}, which its own writers never do: {}.",
                quoted(global),
                seen.holder(),
                seen.at_byte(),
                quoted(&call.arguments),
                phrase(departure),
            ),
            "Do not load this file: the name is allowed, this use of it is not. Save the model \
             again with a current version of the library, or use safetensors.",
        ));
    }
}

/// Whether the same member imports `global` and the import itself is a violation, which says more.
/// A callee whose import is not known counts as allowed here, so that it is reported.
fn is_reported_as_import(case: &Case<'_>, seen: &Seen<'_>, global: &str) -> bool {
    let import: Option<&Import> =
        seen.file.evidence.iter().find_map(|evidence| match &evidence.fact {
            Fact::Pickle(PickleFact::Import(import))
                if evidence.origin.member == seen.origin.member && is_import_of(import, global) =>
            {
                Some(import)
            }
            _ => None,
        });
    import.is_some_and(|import| judge(&case.policy.pickle, import).0 != Verdict::Allowed)
}
